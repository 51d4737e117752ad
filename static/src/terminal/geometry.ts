/**
 * How many cells fit. The terminal page measures for itself; a page that starts a sandbox computes
 * the same in advance, so that the program's first look at its size is the right one.
 */

export interface CellMetrics {
  /** Advance of one character in CSS pixels. */
  width: number;
  /** Height of the font's bounding box in CSS pixels. */
  height: number;
}

export interface Space {
  /** Of the window, in CSS pixels. */
  width: number;
  height: number;
  /** The bar above the terminal, and the keys below it. */
  bar: number;
  /** Above, below and at the left of the terminal; its scroll bar stands at the right. */
  padding: number;
  /** Device pixels per CSS pixel. */
  ratio: number;
}

/** xterm.js keeps this much at the right for its scroll bar. */
export const SCROLLBAR = 14;

export function cellsThatFit(cell: CellMetrics, space: Space): { columns: number; rows: number } {
  // xterm.js rounds the height of a row up to whole device pixels.
  const rowHeight = Math.ceil(cell.height * space.ratio) / space.ratio;
  const columns = Math.floor((space.width - space.padding - SCROLLBAR) / cell.width);
  const rows = Math.floor((space.height - space.bar - 2 * space.padding) / rowHeight);
  return { columns: clamp(columns, 2, 1000), rows: clamp(rows, 1, 500) };
}

function clamp(value: number, least: number, most: number): number {
  return Number.isFinite(value) ? Math.min(most, Math.max(least, value)) : least;
}
