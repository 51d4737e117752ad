import assert from "node:assert/strict";
import { test } from "node:test";
import { Painter, type Surface } from "./painter";

/** Writes finish when told to, in order, as xterm.js does it. */
class SlowSurface implements Surface {
  readonly done: string[] = [];
  private readonly queue: [string, () => void][] = [];

  write(bytes: Uint8Array, done: () => void): void {
    this.queue.push([new TextDecoder().decode(bytes), done]);
  }
  reset(): void {
    this.done.push("reset");
  }
  resize(columns: number, rows: number): void {
    this.done.push(`${columns}x${rows}`);
  }
  finish(): void {
    for (let next = this.queue.shift(); next; next = this.queue.shift()) {
      if (next[0] !== "") this.done.push(next[0]);
      next[1]();
    }
  }
}

const bytes = (text: string) => new TextEncoder().encode(text);

function setup() {
  const surface = new SlowSurface();
  const rendered: number[] = [];
  let painted = 0;
  const painter = new Painter(surface, {
    rendered: (offset) => rendered.push(offset),
    painted: () => (painted += 1),
  });
  return { surface, painter, rendered, painted: () => painted };
}

test("a screen waits for what came before it, and what follows waits for the screen", () => {
  const { surface, painter, rendered } = setup();
  painter.output(0, bytes("one"));
  painter.screen(10, 80, 24, bytes("screen"));
  painter.output(10, bytes("two"));
  painter.screen(20, 90, 30, bytes("again"));
  painter.output(20, bytes("three"));
  surface.finish();
  assert.deepEqual(surface.done, ["one", "reset", "80x24", "screen", "two", "reset", "90x30", "again", "three"]);
  assert.deepEqual(rendered, [3, 10, 13, 20, 25]);
});

test("only the first screen of a connection asks for our own size again", () => {
  const { surface, painter, painted } = setup();
  for (let n = 0; n < 3; n += 1) painter.screen(0, 80, 24, bytes("s"));
  surface.finish();
  assert.equal(painted(), 1);
  painter.restart();
  painter.screen(0, 80, 24, bytes("s"));
  surface.finish();
  assert.equal(painted(), 2);
});

test("writes of a lost connection count for nothing on the next", () => {
  const { surface, painter, rendered } = setup();
  painter.output(0, bytes("old"));
  painter.restart();
  painter.output(100, bytes("new"));
  surface.finish();
  assert.deepEqual(rendered, [103]);
});
