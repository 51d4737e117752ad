/** xterm.js as `since.ts` reads it. */

import type { IBuffer, Terminal } from "@xterm/xterm";
import type { Rows, Shown } from "./since";

export function shownBy(term: Terminal): Shown {
  return {
    normal: () => rowsOf(term.buffer.normal),
    full: () => (term.buffer.active.type === "alternate" ? rowsOf(term.buffer.active) : undefined),
    mark: () => term.registerMarker(0),
  };
}

function rowsOf(buffer: IBuffer): Rows {
  return {
    cursor: buffer.baseY + buffer.cursorY,
    base: buffer.baseY,
    length: buffer.length,
    row: (index) => {
      const line = buffer.getLine(index);
      if (!line) return undefined;
      // A row that goes on in the next one is whole: its last space may stand between two words.
      const goesOn = buffer.getLine(index + 1)?.isWrapped ?? false;
      return { text: line.translateToString(!goesOn), wrapped: line.isWrapped };
    },
  };
}
