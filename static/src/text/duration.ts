/** Durations as people read them. */

import { say } from "./words";

/** Such as `0.4 s`, `12 s`, `3 min 05 s` or `1 h 02 min`. */
export function duration(milliseconds: number): string {
  const total = Math.max(0, milliseconds) / 1000;
  if (total < 9.95) return say("short.s", { s: total.toFixed(1) });
  const seconds = Math.round(total);
  if (seconds < 60) return say("short.s", { s: seconds });
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return say("short.min", { min: minutes, s: pad(seconds % 60) });
  return say("short.h", { h: Math.floor(minutes / 60), min: pad(minutes % 60) });
}

const UNITS: [Intl.RelativeTimeFormatUnit, number][] = [
  ["year", 365 * 86_400],
  ["month", 30 * 86_400],
  ["week", 7 * 86_400],
  ["day", 86_400],
  ["hour", 3_600],
  ["minute", 60],
];

/** The largest unit that fits a distance in time; `now` within the last minute. */
export function relative(then: number, now: number, language: string): string {
  const format = new Intl.RelativeTimeFormat(language, { numeric: "auto" });
  const seconds = (then - now) / 1000;
  for (const [unit, length] of UNITS) {
    if (Math.abs(seconds) >= length) return format.format(Math.trunc(seconds / length), unit);
  }
  return format.format(0, "second");
}

function pad(value: number): string {
  return String(value).padStart(2, "0");
}
