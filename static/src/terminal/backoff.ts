/** How long to wait before the next attempt to connect. */

const FIRST_MS = 250;
const LONGEST_MS = 15_000;

/**
 * Milliseconds before attempt `attempt` (0 is the first retry): doubling, capped, and spread by a
 * random share so that a restarted server does not meet every browser in the same instant.
 */
export function backoff(attempt: number, random: () => number = Math.random): number {
  const full = Math.min(LONGEST_MS, FIRST_MS * 2 ** Math.min(attempt, 16));
  return full * (0.7 + 0.3 * random());
}
