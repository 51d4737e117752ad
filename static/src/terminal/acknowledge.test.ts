import assert from "node:assert/strict";
import { test } from "node:test";
import { Acknowledger } from "./acknowledge";

test("acknowledgements are batched by size and by time", (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const sent: number[] = [];
  const acknowledger = new Acknowledger((offset) => sent.push(offset));
  acknowledger.advance(10);
  acknowledger.advance(20);
  acknowledger.advance(15);
  assert.deepEqual(sent, []);
  t.mock.timers.tick(50);
  assert.deepEqual(sent, [20]);
  acknowledger.advance(20 + 64 * 1024);
  assert.deepEqual(sent, [20, 20 + 64 * 1024]);
  t.mock.timers.tick(1000);
  assert.equal(sent.length, 2);
});

test("a new connection starts over, even at the same offset", (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const sent: number[] = [];
  const acknowledger = new Acknowledger((offset) => sent.push(offset));
  acknowledger.advance(100);
  acknowledger.restart();
  t.mock.timers.tick(1000);
  assert.deepEqual(sent, []);
  acknowledger.advance(100);
  t.mock.timers.tick(50);
  assert.deepEqual(sent, [100]);
});
