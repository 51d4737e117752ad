import assert from "node:assert/strict";
import { test } from "node:test";
import { sequence, withCtrl } from "./touch-keys";

test("keys of the row are what a keyboard's are", () => {
  assert.equal(sequence("escape", false, false), "\x1b");
  assert.equal(sequence("tab", true, true), "\t");
  assert.equal(sequence("up", false, false), "\x1b[A");
  assert.equal(sequence("up", false, true), "\x1bOA");
  assert.equal(sequence("left", true, true), "\x1b[1;5D");
  assert.equal(sequence("constructor", false, false), undefined);
});

test("Ctrl holds for one character", () => {
  for (const [typed, control] of [
    ["c", "\x03"],
    ["D", "\x04"],
    ["[", "\x1b"],
    ["_", "\x1f"],
    [" ", "\0"],
    ["?", "\x7f"],
  ] as const) {
    assert.equal(withCtrl(typed), control, typed);
  }
  for (const other of ["1", "한", "cd", "\r", "\x1b[A", "{"]) assert.equal(withCtrl(other), other);
});
