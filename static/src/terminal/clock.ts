/** The time a sandbox has left, as the bar shows it. */

import { say } from "../text/words";

export const WARN_SECONDS = 120;

export interface TimeLeft {
  text: string;
  warning: boolean;
}

/** `milliseconds` may be negative: the server ends a sandbox when it says so, not when we count 0. */
export function timeLeft(milliseconds: number): TimeLeft {
  const seconds = Math.max(0, Math.ceil(milliseconds / 1000));
  const warning = seconds <= WARN_SECONDS;
  const hours = Math.floor(seconds / 3600);
  const minutes = Math.floor((seconds % 3600) / 60);
  const rest = String(seconds % 60).padStart(2, "0");
  if (hours > 0) return { text: say("terminal.left", { time: `${hours}:${String(minutes).padStart(2, "0")}:${rest}` }), warning };
  return { text: say("terminal.left", { time: `${minutes}:${rest}` }), warning };
}
