/** Says in plain words why a sandbox ended. */

import { say, type Key } from "../text/words";
import type { EndReason } from "./status";

export interface Words {
  title: string;
  text: string;
}

export function endedWords(end: EndReason | undefined, memoryLimit: string | undefined): Words {
  const gone = say("ended.gone");
  switch (end?.reason) {
    case "exited":
      return { title: say("ended.exited", { code: exitWords(end.code) }), text: gone };
    case "stopped":
      return { title: say("ended.stopped"), text: gone };
    case "out_of_memory":
      return {
        title: memoryLimit ? say("ended.memoryOf", { limit: memoryLimit }) : say("ended.memory"),
        text: `${say("ended.memoryWhy")} ${gone}`,
      };
    case "idle":
      return { title: say("ended.idle"), text: `${say("ended.idleWhy")} ${gone}` };
    case "lifetime":
      return { title: say("ended.lifetime"), text: `${say("ended.lifetimeWhy")} ${gone}` };
    case "operator":
      return { title: say("ended.operator"), text: gone };
    case "failed":
      return { title: say("ended.failed"), text: end.message || say("ended.failedWhy") };
    case "gone":
      return { title: say("ended.noLonger"), text: say("ended.noLongerWhy") };
    case undefined:
      return { title: say("ended.unknown"), text: gone };
  }
}

/** Exit codes above 128 are signals by the shells' convention. */
function exitWords(code: number): string {
  const signals: Record<number, Key> = {
    130: "signal.130",
    134: "signal.134",
    137: "signal.137",
    139: "signal.139",
    143: "signal.143",
  };
  const signal = signals[code];
  return signal ? say("exit.signal", { signal: say(signal), code }) : say("exit.code", { code });
}
