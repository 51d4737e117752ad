/** What the server says of a sandbox: in status frames, and in the JSON API's answers. */

export type SandboxState = "starting" | "running" | "frozen" | "restarting" | "ended";

const STATES: readonly SandboxState[] = ["starting", "running", "frozen", "restarting", "ended"];

/** Why a sandbox ended. `gone` is ours: the server knows the sandbox no longer. */
export type EndReason =
  | { reason: "stopped" | "out_of_memory" | "idle" | "lifetime" | "operator" | "gone" }
  | { reason: "exited"; code: number }
  | { reason: "failed"; message: string };

/** A limit that the sandbox met, and lived on. */
export type LimitMet = "memory" | "processes" | "disk" | "files";

const LIMITS: readonly LimitMet[] = ["memory", "processes", "disk", "files"];

export interface Status {
  state: SandboxState;
  /** Milliseconds since 1970 by the server's clock; undefined where it was not said. */
  expiresAt: number | undefined;
  viewers: number;
  end: EndReason | undefined;
  limitsMet: LimitMet[];
}

const PLAIN = ["stopped", "out_of_memory", "idle", "lifetime", "operator"] as const;

/** Reads a status, leniently: a word that a newer server adds must not cost the reader the terminal. */
export function parseStatus(json: unknown): Status {
  const object = record(json) ?? {};
  const state = object["state"];
  const expires = typeof object["expires_at"] === "string" ? Date.parse(object["expires_at"]) : NaN;
  const viewers = object["viewers"];
  const met = object["limits_met"];
  return {
    state: STATES.find((word) => word === state) ?? "running",
    expiresAt: Number.isNaN(expires) ? undefined : expires,
    viewers: typeof viewers === "number" ? viewers : 1,
    end: parseEnd(object["end"]) ?? parseEnd(object["reason"]) ?? parseEnd(object),
    limitsMet: Array.isArray(met) ? LIMITS.filter((limit) => met.includes(limit)) : [],
  };
}

/** An end reason, as an object with `reason` in it or as the bare word. */
export function parseEnd(json: unknown): EndReason | undefined {
  const object = record(json);
  const reason = object ? object["reason"] : json;
  if (reason === "exited") {
    const code = object?.["code"];
    return { reason, code: typeof code === "number" ? code : 0 };
  }
  if (reason === "failed") {
    const message = object?.["message"];
    return { reason, message: typeof message === "string" ? message : "" };
  }
  const plain = PLAIN.find((word) => word === reason);
  return plain ? { reason: plain } : undefined;
}

function record(json: unknown): Record<string, unknown> | undefined {
  return typeof json === "object" && json !== null ? (json as Record<string, unknown>) : undefined;
}
