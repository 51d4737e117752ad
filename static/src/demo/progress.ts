/** How far a visitor is in a demo, kept for one sandbox over reloads of its page. */

export interface Progress {
  /** The step that is shown, from 0. */
  at: number;
  /** The steps that are done. */
  done: number[];
  open: boolean;
  /** Lines of the terminal above the moment at which the step began, where that is known. */
  since: number | undefined;
}

export const BEGINNING: Progress = { at: 0, done: [], open: true, since: undefined };

/** Reads what was kept; what does not fit a demo of so many steps is left out. */
export function readProgress(kept: string | null, steps: number): Progress {
  try {
    const value = JSON.parse(kept ?? "null") as Partial<Record<keyof Progress, unknown>> | null;
    if (typeof value !== "object" || value === null) return { ...BEGINNING };
    const isStep = (step: unknown): step is number => Number.isInteger(step) && (step as number) >= 0 && (step as number) < steps;
    const known = isStep(value.at);
    return {
      at: known ? (value.at as number) : 0,
      done: Array.isArray(value.done) ? [...new Set(value.done.filter(isStep))] : [],
      open: value.open !== false,
      since: known && Number.isInteger(value.since) && (value.since as number) >= 0 ? (value.since as number) : undefined,
    };
  } catch {
    return { ...BEGINNING };
  }
}

export function withDone(progress: Progress, step: number): Progress {
  return progress.done.includes(step) ? progress : { ...progress, done: [...progress.done, step] };
}

/** The words with `{name}`s filled in. */
export function fill(words: string | undefined, values: Record<string, number>): string {
  return (words ?? "").replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole));
}
