/** A build's events, as container-api writes them, and what to tell people about its end. */

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

export const STATE_WORDS: Record<BuildState, string> = {
  queued: "Waiting",
  running: "Building",
  pushed: "Ready",
  failed: "Failed",
  cancelled: "Cancelled",
};

export function failureWords(failure: Failure): string {
  switch (failure.cause) {
    case "dockerfile":
      return `The Dockerfile has a mistake in line ${failure.line}: ${failure.message}`;
    case "unknown_base":
      return `The base image ${failure.base} was not found. ${failure.message}`;
    case "command":
      return `“${failure.step}” ended with exit code ${failure.code}. The log above shows its last lines.`;
    case "time_limit":
      return `It took longer than the ${minutes(failure.seconds)} that a build may take.`;
    case "memory_limit":
      return `It used more memory than the ${Math.round(failure.bytes / 1048576)} MiB that a build may have.`;
    case "context":
      return `The build context: ${failure.message}`;
    case "interrupted":
      return "The server was restarted in the middle of this build. Please start it again.";
    case "internal":
      return failure.message;
  }
}

function minutes(seconds: number): string {
  return seconds % 60 === 0 ? `${seconds / 60} minutes` : `${seconds} seconds`;
}
