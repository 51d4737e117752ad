/**
 * Reads the colours in a program's output (ECMA-48 SGR) for a log, where they become classes.
 * Everything else that an escape sequence could do to a terminal is dropped. 256 and 24-bit colours
 * come down to the nearest of the sixteen, which the style sheet keeps readable in both themes.
 */

export interface Style {
  /** 0–15, or undefined for the default. */
  foreground: number | undefined;
  background: number | undefined;
  bold: boolean;
  dim: boolean;
  italic: boolean;
  underline: boolean;
}

export interface Span {
  text: string;
  style: Style;
}

export const PLAIN: Style = Object.freeze({
  foreground: undefined,
  background: undefined,
  bold: false,
  dim: false,
  italic: false,
  underline: false,
});

// CSI; OSC and other strings up to their terminator (or the end of the line); other escapes.
const ESCAPE = /\x1b\[([0-9:;<=>?]*)[ -/]*([@-~])|\x1b[\]PX^_][^\x07\x1b]*(?:\x07|\x1b\\|$)|\x1b[ -/]*[0-~]?|\x1b/g;
// Other control characters than tab.
const CONTROL = /[\x00-\x08\x0a-\x1f\x7f-\x9f]/g;

/** Splits a line into spans; `start` is the style that the line before left on. */
export function parseLine(line: string, start: Style = PLAIN): { spans: Span[]; style: Style } {
  const spans: Span[] = [];
  let style = start;
  const add = (text: string) => {
    const clean = text.replace(CONTROL, "");
    if (clean !== "") spans.push({ text: clean, style });
  };
  const shown = lastWritten(line);
  let from = 0;
  for (const match of shown.matchAll(ESCAPE)) {
    add(shown.slice(from, match.index));
    from = match.index + match[0].length;
    if (match[2] === "m") style = applySgr(style, match[1] ?? "");
  }
  add(shown.slice(from));
  return { spans, style };
}

/** A progress bar returns to the line's start and writes over itself: what it wrote last counts. */
function lastWritten(line: string): string {
  const trimmed = line.replace(/\r+$/, "");
  return trimmed.slice(trimmed.lastIndexOf("\r") + 1);
}

function applySgr(style: Style, parameters: string): Style {
  if (!/^[0-9;:]*$/.test(parameters)) return style;
  const next = { ...style };
  const codes = parameters.split(/[;:]/).map(Number);
  for (let at = 0; at < codes.length; at += 1) {
    const code = codes[at] ?? 0;
    if (code === 38 || code === 48) {
      const { colour, used } = extended(codes.slice(at + 1));
      if (code === 38) next.foreground = colour;
      else next.background = colour;
      at += used;
    } else {
      applyCode(next, code);
    }
  }
  return next;
}

function applyCode(style: Style, code: number): void {
  if (code === 0) Object.assign(style, PLAIN);
  else if (code === 1) style.bold = true;
  else if (code === 2) style.dim = true;
  else if (code === 3) style.italic = true;
  else if (code === 4) style.underline = true;
  else if (code === 22) style.bold = style.dim = false;
  else if (code === 23) style.italic = false;
  else if (code === 24) style.underline = false;
  else if (code >= 30 && code <= 37) style.foreground = code - 30;
  else if (code === 39) style.foreground = undefined;
  else if (code >= 40 && code <= 47) style.background = code - 40;
  else if (code === 49) style.background = undefined;
  else if (code >= 90 && code <= 97) style.foreground = code - 82;
  else if (code >= 100 && code <= 107) style.background = code - 92;
}

function extended(codes: number[]): { colour: number | undefined; used: number } {
  const [mode, a = 0, b = 0, c = 0] = codes;
  if (mode === 5) return { colour: a < 16 ? a : nearest(...paletteColour(a)), used: 2 };
  if (mode === 2) return { colour: nearest(a, b, c), used: 4 };
  return { colour: undefined, used: codes.length };
}

/** Red, green and blue of a colour of the 256 that is not one of the first 16. */
function paletteColour(index: number): [number, number, number] {
  if (index >= 232) {
    const grey = 8 + 10 * (Math.min(index, 255) - 232);
    return [grey, grey, grey];
  }
  const cube = index - 16;
  const level = (step: number) => (step === 0 ? 0 : 55 + 40 * step);
  return [level(Math.floor(cube / 36)), level(Math.floor(cube / 6) % 6), level(cube % 6)];
}

function nearest(red: number, green: number, blue: number): number {
  const most = Math.max(red, green, blue);
  const least = Math.min(red, green, blue);
  if (most - least < 32) return most < 48 ? 0 : most < 128 ? 8 : most < 208 ? 7 : 15;
  const middle = (most + least) / 2;
  const hue = (red > middle ? 1 : 0) | (green > middle ? 2 : 0) | (blue > middle ? 4 : 0);
  return most > 200 ? hue + 8 : hue;
}

/** The classes of css/ansi.css for a style. */
export function classes(style: Style): string {
  const names: string[] = [];
  if (style.foreground !== undefined) names.push(`ansi-fg-${style.foreground}`);
  if (style.background !== undefined) names.push(`ansi-bg-${style.background}`);
  for (const name of ["bold", "dim", "italic", "underline"] as const) {
    if (style[name]) names.push(`ansi-${name}`);
  }
  return names.join(" ");
}
