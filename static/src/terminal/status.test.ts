import assert from "node:assert/strict";
import { test } from "node:test";
import { endedWords } from "./ended";
import { parseEnd, parseStatus } from "./status";

test("an end is read as an object, as a bare word, and not from anything else", () => {
  assert.deepEqual(parseEnd({ reason: "exited", code: 137 }), { reason: "exited", code: 137 });
  assert.deepEqual(parseEnd({ reason: "failed", message: "no disk" }), { reason: "failed", message: "no disk" });
  assert.deepEqual(parseEnd("lifetime"), { reason: "lifetime" });
  for (const other of [null, undefined, 3, "eaten", {}, { reason: "eaten" }]) assert.equal(parseEnd(other), undefined);
});

test("a status from a newer server does not cost the reader the terminal", () => {
  const status = parseStatus({ state: "dreaming", expires_at: "soon", viewers: "many" });
  assert.deepEqual(status, { state: "running", expiresAt: undefined, viewers: 1, end: undefined, limitsMet: [] });
  assert.deepEqual(parseStatus({ limits_met: ["disk", "patience", "memory"] }).limitsMet, ["memory", "disk"]);
  assert.equal(parseStatus(null).state, "running");
  assert.equal(parseStatus({ state: "frozen" }).state, "frozen");
});

test("each end is told in plain words", () => {
  const title = (end: Parameters<typeof endedWords>[0]) => endedWords(end, "512 MB").title;
  assert.equal(title({ reason: "exited", code: 0 }), "The program ended (exit code 0).");
  assert.equal(title({ reason: "exited", code: 137 }), "The program ended (killed, exit code 137).");
  assert.equal(title({ reason: "stopped" }), "Stopped.");
  assert.equal(title({ reason: "lifetime" }), "Time is up.");
  assert.equal(title({ reason: "idle" }), "Nobody was here for a while.");
  assert.equal(title({ reason: "out_of_memory" }), "Out of memory: the limit is 512 MB.");
  assert.equal(endedWords({ reason: "out_of_memory" }, undefined).title, "Out of memory.");
  assert.equal(endedWords({ reason: "failed", message: "The image is gone." }, undefined).text, "The image is gone.");
  assert.notEqual(title(undefined), "");
});
