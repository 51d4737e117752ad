/** Entry point of the terminal page. */

import { allowStyles } from "./terminal/csp";
import { startTerminal } from "./terminal/page";

const main = document.querySelector<HTMLElement>("[data-terminal]");
const screen = document.querySelector<HTMLElement>("[data-terminal-screen]");
if (main && screen) {
  allowStyles(document.querySelector<HTMLMetaElement>('meta[name="style-nonce"]')?.content ?? "");
  startTerminal(main, screen);
}
