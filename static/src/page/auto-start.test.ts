import assert from "node:assert/strict";
import { test } from "node:test";
import { isFirst } from "./auto-start";

test("starts once, on a plain navigation", () => {
  for (const [type, state, first] of [
    ["navigate", null, true],
    ["navigate", { other: 1 }, true],
    ["navigate", { started: true }, false],
    ["reload", null, false],
    ["back_forward", null, false],
    ["prerender", null, false],
    [undefined, null, false],
  ] as const) {
    assert.equal(isFirst({ type, state }), first, `${type} ${JSON.stringify(state)}`);
  }
});
