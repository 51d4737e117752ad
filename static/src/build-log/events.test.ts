import assert from "node:assert/strict";
import { test } from "node:test";
import { failureWords, isFinal, type Failure } from "./events";

test("each failure is told in plain words", () => {
  const table: [Failure, RegExp][] = [
    [{ cause: "dockerfile", line: 3, message: "unknown instruction RUM" }, /line 3: unknown instruction RUM/],
    [{ cause: "unknown_base", base: "nope:1", message: "Name another." }, /nope:1 was not found\. Name another/],
    [{ cause: "command", step: "RUN make", code: 2, tail: [] }, /“RUN make” ended with exit code 2/],
    [{ cause: "time_limit", seconds: 600 }, /10 minutes/],
    [{ cause: "time_limit", seconds: 90 }, /90 seconds/],
    [{ cause: "memory_limit", bytes: 512 << 20 }, /512 MiB/],
    [{ cause: "context", message: "app.py is missing" }, /app\.py is missing/],
    [{ cause: "interrupted" }, /restarted/],
    [{ cause: "internal", message: "Please try again." }, /Please try again/],
  ];
  for (const [failure, wanted] of table) assert.match(failureWords(failure), wanted);
});

test("three states are final", () => {
  const states = ["queued", "running", "pushed", "failed", "cancelled", "?"];
  assert.deepEqual(states.filter(isFinal), ["pushed", "failed", "cancelled"]);
});
