/** Says in plain words why a sandbox ended. */

import type { EndReason } from "./status";

export interface Words {
  title: string;
  text: string;
}

const GONE = "Nothing of it was kept. You can start afresh.";

export function endedWords(end: EndReason | undefined, memoryLimit: string | undefined): Words {
  switch (end?.reason) {
    case "exited":
      return { title: `The program ended (${exitWords(end.code)}).`, text: GONE };
    case "stopped":
      return { title: "Stopped.", text: GONE };
    case "out_of_memory":
      return {
        title: memoryLimit ? `Out of memory: the limit is ${memoryLimit}.` : "Out of memory.",
        text: `The program asked for more than it may have. ${GONE}`,
      };
    case "idle":
      return { title: "Nobody was here for a while.", text: `So the sandbox was ended. ${GONE}` };
    case "lifetime":
      return { title: "Time is up.", text: `A sandbox lives for a limited time. ${GONE}` };
    case "operator":
      return { title: "The server ended this sandbox.", text: GONE };
    case "failed":
      return {
        title: "The program could not be kept running.",
        text: end.message || "The operator finds more in the server's log. You can try again.",
      };
    case "gone":
      return { title: "This sandbox is no longer there.", text: "It has ended, or it is not yours." };
    case undefined:
      return { title: "The sandbox ended.", text: GONE };
  }
}

/** Exit codes above 128 are signals by the shells' convention. */
function exitWords(code: number): string {
  const signals: Record<number, string> = { 130: "interrupted", 134: "aborted", 137: "killed", 139: "crashed", 143: "terminated" };
  const word = signals[code];
  return word ? `${word}, exit code ${code}` : `exit code ${code}`;
}
