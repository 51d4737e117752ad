import assert from "node:assert/strict";
import { test } from "node:test";
import { addressOf } from "./instant-search";

test("addresses leave out what is empty", () => {
  assert.equal(addressOf("/search", []), "/search");
  assert.equal(addressOf("/search", [["q", "  "], ["sort", ""]]), "/search");
  assert.equal(addressOf("/search", [["q", " c++ & d "], ["category", "AI"]]), "/search?q=c%2B%2B+%26+d&category=AI");
});
