import assert from "node:assert/strict";
import { test } from "node:test";
import { InputQueue, PIECE_BYTES, QUEUE_BYTES, SOCKET_BYTES } from "./input-queue";

function drain(queue: InputQueue): number[] {
  const lengths: number[] = [];
  for (let piece = queue.next(0); piece; piece = queue.next(0)) lengths.push(piece.length);
  return lengths;
}

test("a large paste leaves in pieces, whole and in order", () => {
  const queue = new InputQueue();
  const paste = Uint8Array.from({ length: 2 * PIECE_BYTES + 5 }, (_, at) => at % 251);
  assert.ok(queue.push(paste));
  assert.equal(queue.length, paste.length);
  const pieces: Uint8Array[] = [];
  for (let piece = queue.next(0); piece; piece = queue.next(0)) pieces.push(piece);
  assert.deepEqual(pieces.map((piece) => piece.length), [PIECE_BYTES, PIECE_BYTES, 5]);
  assert.deepEqual(new Uint8Array(Buffer.concat(pieces)), paste);
  assert.equal(queue.length, 0);
});

test("nothing leaves while the socket is full", () => {
  const queue = new InputQueue();
  queue.push(new Uint8Array(3));
  assert.equal(queue.next(SOCKET_BYTES), undefined);
  assert.deepEqual(drain(queue), [3]);
});

test("Ctrl-C overtakes a paste", () => {
  const queue = new InputQueue();
  queue.push(new Uint8Array(10 * PIECE_BYTES));
  queue.push(new Uint8Array([3]));
  assert.deepEqual(drain(queue), [1]);
});

test("too much is refused, and the queue still works", () => {
  const queue = new InputQueue();
  assert.equal(queue.push(new Uint8Array(QUEUE_BYTES + 1)), false);
  assert.equal(queue.length, 0);
  assert.equal(queue.push(new Uint8Array(1)), true);
});
