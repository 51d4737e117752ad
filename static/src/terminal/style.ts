/** The terminal's font, sizes and colours, read from the tokens of css/tokens.css. */

import type { ITheme } from "@xterm/xterm";
import type { CellMetrics } from "./geometry";

export interface TerminalFont {
  family: string;
  /** CSS pixels. */
  size: number;
}

export function token(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

/** A token that is a length in pixels or a plain number. */
export function numberToken(name: string, otherwise: number): number {
  const value = Number.parseFloat(token(name));
  return Number.isNaN(value) ? otherwise : value;
}

export function terminalFont(): TerminalFont {
  return { family: token("--font-mono") || "monospace", size: numberToken("--terminal-font-size", 14) };
}

/** Measures as xterm.js does: the advance of a `W`, and the font's bounding box. */
export function measure(font: TerminalFont): CellMetrics | undefined {
  const context = document.createElement("canvas").getContext("2d");
  if (!context) return undefined;
  context.font = `${font.size}px ${font.family}`;
  const metrics = context.measureText("W");
  return { width: metrics.width, height: metrics.fontBoundingBoxAscent + metrics.fontBoundingBoxDescent };
}

const ANSI = ["black", "red", "green", "yellow", "blue", "magenta", "cyan", "white"] as const;

export function terminalTheme(): ITheme {
  const theme: ITheme = {
    background: token("--terminal-background"),
    foreground: token("--terminal-foreground"),
    cursor: token("--terminal-cursor"),
    cursorAccent: token("--terminal-background"),
    selectionBackground: token("--terminal-selection"),
    scrollbarSliderBackground: token("--terminal-scrollbar"),
    scrollbarSliderHoverBackground: token("--terminal-scrollbar-hover"),
    scrollbarSliderActiveBackground: token("--terminal-scrollbar-hover"),
  };
  for (const name of ANSI) {
    theme[name] = token(`--ansi-${name}`);
    theme[`bright${name[0]!.toUpperCase()}${name.slice(1)}` as "brightRed"] = token(`--ansi-bright-${name}`);
  }
  return theme;
}
