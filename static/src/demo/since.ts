/**
 * What the terminal has shown since a moment. xterm.js keeps rows; a line of output may be several.
 *
 * The moment is kept twice: as a marker, which moves with the rows as they scroll and wrap anew, and as
 * a number of lines from the top, which outlives a repaint of the whole screen and a reload of the page.
 */

/** Rows as xterm.js keeps them, counted from the top of what can be scrolled to. */
export interface Rows {
  /** The row of the cursor. */
  readonly cursor: number;
  /** The first row that is shown when nothing is scrolled back. */
  readonly base: number;
  readonly length: number;
  row(index: number): { text: string; wrapped: boolean } | undefined;
}

export interface Mark {
  readonly line: number;
  readonly isDisposed: boolean;
  dispose(): void;
}

export interface Shown {
  normal(): Rows;
  /** The screen of a program that fills it, while there is one. */
  full(): Rows | undefined;
  /** Marks the cursor's row, where that can be. */
  mark(): Mark | undefined;
}

/** More rows than this are not looked back at. */
export const LOOK_BACK = 1_000;

export class Since {
  private marked: Mark | undefined;
  private count = 0;
  /** What a full screen showed already. */
  private before = new Set<string>();

  constructor(private readonly shown: Shown) {}

  /** From now on: the line of the cursor, with its prompt and what is typed there, does not count. */
  begin(): void {
    const rows = this.shown.normal();
    this.marked?.dispose();
    this.marked = this.shown.mark();
    this.count = linesUpTo(rows, rows.cursor);
    const full = this.shown.full();
    this.before = new Set(full ? linesFrom(full, 0, full.length) : []);
  }

  /** From a moment that was kept over a reload. */
  restore(count: number): void {
    this.repainted();
    this.count = count;
  }

  /** Lines above the moment. */
  get lines(): number {
    return this.count;
  }

  /** The whole screen is painted anew: markers mean nothing any more. */
  repainted(): void {
    this.marked = undefined;
  }

  /** The lines that were shown since. */
  read(): string[] {
    const full = this.shown.full();
    if (full) return linesFrom(full, 0, full.length).filter((line) => !this.before.has(line));
    const rows = this.shown.normal();
    const end = nextLine(rows, rows.cursor);
    return linesFrom(rows, Math.max(this.first(rows, end), end - LOOK_BACK), end);
  }

  private first(rows: Rows, end: number): number {
    const alive = this.marked !== undefined && !this.marked.isDisposed;
    const first = alive ? nextLine(rows, this.marked!.line) : rowAfter(rows, this.count);
    if (first <= end) return first;
    // The screen was cleared, or holds less than it did: all that it shows is newer.
    return rows.base;
  }
}

function nextLine(rows: Rows, row: number): number {
  let next = row + 1;
  while (next < rows.length && rows.row(next)?.wrapped) next += 1;
  return next;
}

function linesUpTo(rows: Rows, row: number): number {
  let lines = 0;
  for (let index = 0; index <= row; index += 1) if (!rows.row(index)?.wrapped) lines += 1;
  return lines;
}

/** The row on which the line after so many others begins. */
function rowAfter(rows: Rows, count: number): number {
  let lines = 0;
  for (let index = 0; index < rows.length; index += 1) {
    if (rows.row(index)?.wrapped) continue;
    if (lines === count) return index;
    lines += 1;
  }
  return rows.length + 1;
}

function linesFrom(rows: Rows, first: number, end: number): string[] {
  const lines: string[] = [];
  for (let index = first; index < end; index += 1) {
    const row = rows.row(index);
    if (!row) break;
    if (row.wrapped && lines.length > 0) lines[lines.length - 1] += row.text;
    else lines.push(row.text);
  }
  return lines;
}
