import assert from "node:assert/strict";
import { test } from "node:test";
import { decode, encodeInput, encodePing, encodeRendered, encodeResize, WireError } from "./wire";

const buffer = (...bytes: number[]) => new Uint8Array(bytes).buffer;
const text = (kind: number, words: string) => buffer(kind, ...new TextEncoder().encode(words));

test("frames from the browser are as the table says", () => {
  assert.deepEqual([...encodeInput(new Uint8Array([104, 105]))], [0, 104, 105]);
  assert.deepEqual([...encodeInput(new Uint8Array())], [0]);
  assert.deepEqual([...encodeResize(80, 24)], [1, 0, 80, 0, 24]);
  assert.deepEqual([...encodeResize(300, 70_000)], [1, 1, 44, 255, 255]);
  assert.deepEqual([...encodeRendered(258)], [2, 0, 0, 0, 0, 0, 0, 1, 2]);
  assert.deepEqual([...encodeRendered(2 ** 40)], [2, 0, 0, 1, 0, 0, 0, 0, 0]);
  assert.deepEqual([...encodePing(new Uint8Array([7]))], [3, 7]);
});

test("frames from the server are read", () => {
  const output = decode(buffer(0, 0, 0, 0, 0, 0, 0, 1, 0, 65, 66));
  assert.deepEqual(output, { kind: "output", offset: 256, bytes: new Uint8Array([65, 66]) });
  const screen = decode(buffer(1, 0, 0, 0, 0, 0, 0, 0, 9, 0, 80, 0, 24, 27));
  assert.deepEqual(screen, { kind: "screen", offset: 9, columns: 80, rows: 24, bytes: new Uint8Array([27]) });
  assert.deepEqual(decode(buffer(3, 1, 2)), { kind: "pong", bytes: new Uint8Array([1, 2]) });
});

test("a status is read as the server writes it", () => {
  const frame = decode(
    text(2, '{"state":"ended","expires_at":"2027-01-15T08:00:00Z","viewers":2,"reason":{"reason":"exited","code":3}}'),
  );
  assert.deepEqual(frame, {
    kind: "status",
    status: {
      state: "ended",
      expiresAt: Date.UTC(2027, 0, 15, 8),
      viewers: 2,
      end: { reason: "exited", code: 3 },
      limitsMet: [],
    },
  });
});

test("what does not fit is refused", () => {
  const bad = [
    buffer(),
    buffer(9),
    buffer(0, 1, 2),
    buffer(1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 80, 0),
    buffer(0, 255, 255, 255, 255, 255, 255, 255, 255),
    text(2, "{"),
  ];
  for (const frame of bad) assert.throws(() => decode(frame), WireError, String(new Uint8Array(frame)));
});
