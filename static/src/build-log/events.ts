/** A build's events, as container-api writes them, and what to tell people about its end. */

import { say } from "../text/words";

export type BuildState = "queued" | "running" | "pushed" | "failed" | "cancelled";

export type Failure =
  | { cause: "dockerfile"; line: number; message: string }
  | { cause: "unknown_base"; base: string; message: string }
  | { cause: "command"; step: string; code: number; tail: string[] }
  | { cause: "time_limit"; seconds: number }
  | { cause: "memory_limit"; bytes: number }
  | { cause: "context"; message: string }
  | { cause: "interrupted" }
  | { cause: "internal"; message: string };

export type BuildEvent = { at_ms: number } & (
  | { kind: "step"; number: number; total: number; text: string }
  | { kind: "output"; text: string }
  | { kind: "note"; text: string }
  | { kind: "state"; state: BuildState; failure?: Failure | null }
);

export function isFinal(state: string): boolean {
  return state === "pushed" || state === "failed" || state === "cancelled";
}

export function stateWords(state: BuildState): string {
  return say(`build.${state}`);
}

export function failureWords(failure: Failure): string {
  switch (failure.cause) {
    case "dockerfile":
      return say("failure.dockerfile", { line: failure.line, message: failure.message });
    case "unknown_base":
      return say("failure.unknown_base", { base: failure.base, message: failure.message });
    case "command":
      return say("failure.command", { step: failure.step, code: failure.code });
    case "time_limit":
      return say("failure.time_limit", { time: time(failure.seconds) });
    case "memory_limit":
      return say("failure.memory_limit", { n: Math.round(failure.bytes / 1048576) });
    case "context":
      return say("failure.context", { message: failure.message });
    case "interrupted":
      return say("failure.interrupted");
    case "internal":
      return failure.message;
  }
}

function time(seconds: number): string {
  return seconds % 60 === 0 ? say("minutes", { n: seconds / 60 }) : say("seconds", { n: seconds });
}
