/**
 * Whether the terminal has shown what a step waits for. Texts are compared, never run as patterns:
 * a maintainer's check cannot keep a visitor's browser busy.
 */

export interface Check {
  text: string;
  /** A whole line, apart from space around it; else anywhere in one. */
  line: boolean;
}

/** Reads the checks of a step; what is not one is left out. */
export function readChecks(json: string | undefined): Check[] {
  try {
    const list: unknown = JSON.parse(json ?? "[]");
    return Array.isArray(list) ? list.filter(isCheck) : [];
  } catch {
    return [];
  }
}

function isCheck(value: unknown): value is Check {
  const check = value as Check | null;
  return typeof check === "object" && check !== null && typeof check.text === "string" && typeof check.line === "boolean";
}

/** With one space where there was more, as the server keeps checks. */
export function spaced(text: string): string {
  return text.trim().replace(/\s+/g, " ");
}

/** The checks of one step that are not met yet. */
export class Waiting {
  private open: Check[];

  constructor(checks: readonly Check[]) {
    this.open = [...checks];
  }

  /** Looks at more lines; says whether everything has been seen by now. */
  look(lines: Iterable<string>): boolean {
    for (const line of lines) {
      if (this.open.length === 0) break;
      const shown = spaced(line);
      this.open = this.open.filter(({ text, line: whole }) => (whole ? shown !== text : !shown.includes(text)));
    }
    return this.open.length === 0;
  }
}
