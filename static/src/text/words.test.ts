import assert from "node:assert/strict";
import { test } from "node:test";
import { say, TABLES } from "./words";
import { en } from "./words/en";

/** The `{name}`s of a text. */
function names(text: string): string[] {
  return [...text.matchAll(/\{(\w+)\}/g)].map((match) => match[1] ?? "").sort();
}

test("each language says everything, with the same values", () => {
  assert.deepEqual(Object.keys(TABLES), ["en", "ko"]);
  for (const [tag, table] of Object.entries(TABLES)) {
    assert.deepEqual(Object.keys(table), Object.keys(en), tag);
    for (const [key, english] of Object.entries(en)) {
      const words = table[key as keyof typeof en];
      assert.notEqual(words.trim(), "", `${tag}: ${key}`);
      assert.deepEqual(names(words), names(english), `${tag}: ${key}`);
    }
  }
});

test("words follow the page's language, and English is what is left", () => {
  assert.equal(say("terminal.viewers", { n: 3 }), "3 viewers");
  assert.equal(say("terminal.viewers", { n: 3 }, "ko-KR"), "3명이 보는 중");
  assert.equal(say("terminal.viewers", { n: 3 }, "tlh"), "3 viewers");
  assert.equal(say("failure.context", { message: "{n}" }), "The build context: {n}");
});
