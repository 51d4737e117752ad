/** What the scripts say, in English. `{name}`s are filled in. */

export const en = {
  // Anywhere.
  starting: "Starting…",
  copied: "Copied",
  pressCtrlC: "Press Ctrl+C",

  // Builds.
  "build.queued": "Waiting",
  "build.running": "Building",
  "build.pushed": "Ready",
  "build.failed": "Failed",
  "build.cancelled": "Cancelled",
  "build.preparing": "Preparing",
  "build.dropped": "{n} earlier lines are not shown here.",
  "failure.dockerfile": "The Dockerfile has a mistake in line {line}: {message}",
  "failure.unknown_base": "The base image {base} was not found. {message}",
  "failure.command": "“{step}” ended with exit code {code}. The log above shows its last lines.",
  "failure.time_limit": "It took longer than the {time} that a build may take.",
  "failure.memory_limit": "It used more memory than the {n} MiB that a build may have.",
  "failure.context": "The build context: {message}",
  "failure.interrupted": "The server was restarted in the middle of this build. Please start it again.",
  minutes: "{n} minutes",
  seconds: "{n} seconds",

  // Durations, short.
  "short.s": "{s} s",
  "short.min": "{min} min {s} s",
  "short.h": "{h} h {min} min",

  // The terminal's bar.
  "link.connecting": "Connecting…",
  "link.connected": "Live",
  "link.reconnecting": "Reconnecting…",
  "link.restarting": "Starting afresh…",
  "link.ended": "Ended",
  "terminal.lost": "The connection was lost. Reconnecting… your program is still running.",
  "terminal.restarting": "The program is being started afresh. One moment…",
  "terminal.frozen": "Frozen",
  "terminal.frozenHint": "Frozen – thaw to go on. What you type waits.",
  "terminal.viewers": "{n} viewers",
  "terminal.left": "{time} left",
  "terminal.nearEnd": "Less than two minutes are left. Then the sandbox and all that is in it are gone.",
  "limit.memory": "Memory limit met: a program was ended because it asked for more than there is.",
  "limit.processes": "Process limit met: no more programs can be started until some end.",
  "limit.disk": "Disk full: nothing more can be saved until files are removed.",
  "limit.files": "File limit met: no more files can be made until some are removed.",
  "terminal.tooMuch": "That is more than can be pasted at once (16 MiB).",
  "terminal.input": "Terminal. Ctrl+Shift+Enter leaves it.",
  "terminal.leave": "Press Ctrl+Shift+Enter to leave the terminal by keyboard.",

  // How a sandbox ended.
  "ended.gone": "Nothing of it was kept. You can start afresh.",
  "ended.exited": "The program ended ({code}).",
  "ended.stopped": "Stopped.",
  "ended.memory": "Out of memory.",
  "ended.memoryOf": "Out of memory: the limit is {limit}.",
  "ended.memoryWhy": "The program asked for more than it may have.",
  "ended.idle": "Nobody was here for a while.",
  "ended.idleWhy": "So the sandbox was ended.",
  "ended.lifetime": "Time is up.",
  "ended.lifetimeWhy": "A sandbox lives for a limited time.",
  "ended.operator": "The server ended this sandbox.",
  "ended.failed": "The program could not be kept running.",
  "ended.failedWhy": "The operator finds more in the server's log. You can try again.",
  "ended.noLonger": "This sandbox is no longer there.",
  "ended.noLongerWhy": "It has ended, or it is not yours.",
  "ended.unknown": "The sandbox ended.",
  "exit.code": "exit code {code}",
  "exit.signal": "{signal}, exit code {code}",
  "signal.130": "interrupted",
  "signal.134": "aborted",
  "signal.137": "killed",
  "signal.139": "crashed",
  "signal.143": "terminated",
};

export type Key = keyof typeof en;
