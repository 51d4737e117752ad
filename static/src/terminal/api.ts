/** Asks the JSON API about a sandbox, for its state and a fresh ticket. */

import { parseEnd, type EndReason } from "./status";

export type Look =
  /** Live: a WebSocket's address with a fresh ticket in it. */
  | { kind: "live"; url: string; expiresAt: number | undefined; clockOffset: number }
  | { kind: "starting" }
  | { kind: "ended"; end: EndReason | undefined }
  | { kind: "unreachable" };

const DEADLINE_MS = 10_000;

/** `credential` is what a page without cookies brings instead: the embed's key, under its header. */
export async function look(address: string, credential: Record<string, string> = {}): Promise<Look> {
  try {
    const response = await fetch(address, {
      headers: { accept: "application/json", ...credential },
      cache: "no-store",
      credentials: "same-origin",
      signal: AbortSignal.timeout(DEADLINE_MS),
    });
    if ([401, 403, 404, 410].includes(response.status)) return { kind: "ended", end: { reason: "gone" } };
    if (!response.ok) return { kind: "unreachable" };
    return read(await response.json(), response.headers.get("date"), location.href);
  } catch {
    // Offline, refused, timed out or not JSON: each is mended by asking again.
    return { kind: "unreachable" };
  }
}

/** Reads the API's answer. `date` is the answer's Date header: clocks of readers are often wrong. */
export function read(json: unknown, date: string | null, base: string, now = Date.now()): Look {
  const view = (typeof json === "object" && json !== null ? json : {}) as Record<string, unknown>;
  if (view["state"] === "ended") return { kind: "ended", end: parseEnd(view["end"]) };
  const path = view["terminal_url"];
  if (typeof path !== "string" || path === "") return { kind: "starting" };
  const expires = typeof view["expires_at"] === "string" ? Date.parse(view["expires_at"]) : NaN;
  const offset = date === null ? NaN : Date.parse(date) - now;
  return {
    kind: "live",
    url: socketAddress(path, base),
    expiresAt: Number.isNaN(expires) ? undefined : expires,
    // The header counts whole seconds, so a small difference says nothing.
    clockOffset: Math.abs(offset) > 2_000 ? offset : 0,
  };
}

/** A path or an address, as a WebSocket's address. */
export function socketAddress(address: string, base: string): string {
  const url = new URL(address, base);
  if (url.protocol === "http:") url.protocol = "ws:";
  if (url.protocol === "https:") url.protocol = "wss:";
  return url.href;
}
