/** Entry point of every page. Each hook is described in README.md. */

import { startLogs } from "./build-log/log";
import { startByItself } from "./page/auto-start";
import { startBusyForms } from "./page/busy-form";
import { startCopyButtons } from "./page/copy";
import { startInstantSearch } from "./page/instant-search";
import { startLocalTimes } from "./page/local-time";
import { startMenus } from "./page/menu";
import { startRefresh } from "./page/refresh";
import { startTabs } from "./page/tabs";
import { startWaiting } from "./page/wait";

document.documentElement.classList.add("js");
startBusyForms();
startCopyButtons();
startInstantSearch();
startLocalTimes();
startLogs();
startMenus();
startRefresh();
startTabs();
startByItself();
startWaiting();
