/** `<time datetime data-local-time>`: times in the reader's zone; `="date"` the day alone, `="clock"` the hour, `="relative"` how long ago. */

import { relative } from "../text/duration";

const REFRESH_MS = 30_000;

export function startLocalTimes(): void {
  const language = document.documentElement.lang || navigator.language;
  const absolute = new Intl.DateTimeFormat(language, { dateStyle: "medium", timeStyle: "short" });
  const formats: Record<string, Intl.DateTimeFormat> = {
    date: new Intl.DateTimeFormat(language, { dateStyle: "medium" }),
    clock: new Intl.DateTimeFormat(language, { timeStyle: "short" }),
  };
  const full = new Intl.DateTimeFormat(language, { dateStyle: "full", timeStyle: "long" });
  const moving: [HTMLElement, number][] = [];
  for (const element of document.querySelectorAll<HTMLTimeElement>("time[data-local-time]")) {
    const moment = Date.parse(element.dateTime);
    if (Number.isNaN(moment)) continue;
    element.title = full.format(moment);
    if (element.dataset["localTime"] === "relative") moving.push([element, moment]);
    else element.textContent = (formats[element.dataset["localTime"] ?? ""] ?? absolute).format(moment);
  }
  if (moving.length === 0) return;
  const refresh = () => {
    for (const [element, moment] of moving) element.textContent = relative(moment, Date.now(), language);
  };
  refresh();
  setInterval(refresh, REFRESH_MS);
}
