/** Keys that are not the program's: copy and paste without Ctrl-C and Ctrl-V, and the way out by keyboard. */

import type { Terminal } from "@xterm/xterm";
import { say } from "../text/words";

export function bindKeys(term: Terminal): void {
  term.attachCustomKeyEventHandler((event) => {
    if (!event.ctrlKey || !event.shiftKey || event.altKey || event.metaKey) return true;
    const act = event.key === "Enter" ? leave : event.code === "KeyC" ? () => copy(term) : undefined;
    if (act) {
      if (event.type === "keydown") {
        event.preventDefault(); // Ctrl+Shift+C opens the browser's developer tools.
        act();
      }
      return false;
    }
    // Left to the browser, which pastes plain text by this key; xterm.js hears the paste event.
    return event.code !== "KeyV";
  });
}

/** Tab is the program's, so whoever came by keyboard is told the key that leads out again. */
export function tellHowToLeave(term: Terminal, tell: (words: string) => void): void {
  const input = term.textarea;
  if (!input) return;
  input.setAttribute("aria-label", say("terminal.input"));
  let tabbed = false;
  addEventListener("keydown", (event) => (tabbed = event.key === "Tab"), { capture: true });
  addEventListener("pointerdown", () => (tabbed = false), { capture: true });
  input.addEventListener("focus", () => {
    if (tabbed) tell(say("terminal.leave"));
  });
}

/** Moves on to Stop, the last thing in the bar: Tab from there comes back. */
function leave(): void {
  document.querySelector<HTMLElement>("[data-stop] button")?.focus();
}

function copy(term: Terminal): void {
  const text = term.getSelection();
  if (text === "") return;
  // Without a secure context there is no clipboard object; the older way asks xterm.js for its selection.
  if (navigator.clipboard) void navigator.clipboard.writeText(text).catch(() => document.execCommand("copy"));
  else document.execCommand("copy");
}
