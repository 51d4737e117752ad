/** The keys that phones' keyboards lack: a row of buttons below the terminal, shown where fingers point. */

import type { Terminal } from "@xterm/xterm";

const ESCAPE = "\x1b";
const ARROWS = new Map([["up", "A"], ["down", "B"], ["right", "C"], ["left", "D"]]);

/** What a program gets to read for a key of the row; nothing for one that is not of it. */
export function sequence(key: string, ctrl: boolean, application: boolean): string | undefined {
  if (key === "escape") return ESCAPE;
  if (key === "tab") return "\t";
  const arrow = ARROWS.get(key);
  if (arrow === undefined) return undefined;
  if (ctrl) return `${ESCAPE}[1;5${arrow}`;
  return `${ESCAPE}${application ? "O" : "["}${arrow}`;
}

/** One typed character as it is with Ctrl. What has no such form stays as it is. */
export function withCtrl(text: string): string {
  if (text === "?") return "\x7f";
  if (text === " ") return "\0";
  return /^[@-_a-z]$/.test(text) ? String.fromCharCode(text.charCodeAt(0) & 0x1f) : text;
}

export class TouchKeys {
  private ctrl = false;
  private readonly button = document.querySelector<HTMLElement>("[data-key=ctrl]");

  constructor(
    private readonly term: Terminal,
    type: (text: string) => void,
  ) {
    const row = document.querySelector<HTMLElement>("[data-keys]");
    // The focus stays where it is, and with it the phone's own keyboard, or its absence.
    for (const event of ["pointerdown", "mousedown"]) row?.addEventListener(event, (e) => e.preventDefault());
    row?.addEventListener("click", (event) => {
      const key = (event.target as Element).closest<HTMLElement>("[data-key]")?.dataset["key"] ?? "";
      if (key === "ctrl") return this.hold(!this.ctrl);
      const typed = sequence(key, this.ctrl, this.term.modes.applicationCursorKeysMode);
      this.hold(false);
      if (typed === undefined) return;
      this.term.scrollToBottom();
      type(typed);
    });
  }

  /** What is typed on the phone's own keyboard, with Ctrl for one key if that was pressed before. */
  typed(text: string): string {
    // What is longer is pasted, or the terminal's own answer to a program.
    if (!this.ctrl || text.length !== 1) return text;
    this.hold(false);
    return withCtrl(text);
  }

  private hold(ctrl: boolean): void {
    this.ctrl = ctrl;
    this.button?.setAttribute("aria-pressed", String(ctrl));
    if (ctrl) this.term.focus();
  }
}
