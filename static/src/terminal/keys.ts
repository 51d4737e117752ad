/** Copy and paste by keys that do not take Ctrl-C and Ctrl-V from the program. */

import type { Terminal } from "@xterm/xterm";

export function bindClipboardKeys(term: Terminal): void {
  term.attachCustomKeyEventHandler((event) => {
    if (!event.ctrlKey || !event.shiftKey || event.altKey || event.metaKey) return true;
    if (event.code === "KeyC") {
      if (event.type === "keydown") {
        event.preventDefault(); // Else the browser opens its developer tools.
        copy(term);
      }
      return false;
    }
    // Left to the browser, which pastes plain text by this key; xterm.js hears the paste event.
    return event.code !== "KeyV";
  });
}

function copy(term: Terminal): void {
  const text = term.getSelection();
  if (text === "") return;
  // Without a secure context there is no clipboard object; the older way asks xterm.js for its selection.
  if (navigator.clipboard) void navigator.clipboard.writeText(text).catch(() => document.execCommand("copy"));
  else document.execCommand("copy");
}
