import assert from "node:assert/strict";
import { test, type TestContext } from "node:test";
import type { Look } from "./api";
import { Link, type Socket } from "./link";
import type { EndReason } from "./status";

const LIVE: Look = { kind: "live", url: "ws://here/terminals/1?ticket=t", expiresAt: undefined, clockOffset: 0 };

class FakeSocket implements Socket {
  binaryType: BinaryType = "blob";
  bufferedAmount = 0;
  onopen: Socket["onopen"] = null;
  onmessage: Socket["onmessage"] = null;
  onclose: Socket["onclose"] = null;
  readonly sent: number[][] = [];
  closed = false;

  send(data: Uint8Array<ArrayBuffer>): void {
    this.sent.push([...data]);
  }
  close(): void {
    this.closed = true;
  }
  opens(): void {
    this.onopen?.({} as Event);
  }
  brings(...bytes: number[]): void {
    this.onmessage?.({ data: new Uint8Array(bytes).buffer } as MessageEvent);
  }
  says(json: object): void {
    this.brings(2, ...new TextEncoder().encode(JSON.stringify(json)));
  }
  breaks(code = 1006): void {
    this.onclose?.({ code } as CloseEvent);
  }
}

function setup(t: TestContext) {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const looks: Look[] = [];
  const sockets: FakeSocket[] = [];
  const states: string[] = [];
  const ends: (EndReason | undefined)[] = [];
  let looked = 0;
  const link = new Link(
    {
      look: async () => {
        looked += 1;
        return looks.shift() ?? LIVE;
      },
      open: () => {
        const socket = new FakeSocket();
        sockets.push(socket);
        return socket;
      },
    },
    {
      state: (state) => states.push(state),
      opened: () => link.resize(80, 24),
      frame: () => {},
      looked: () => {},
      ended: (end) => ends.push(end),
    },
  );
  const settle = async () => {
    for (let n = 0; n < 5; n += 1) await Promise.resolve();
  };
  const after = async (milliseconds: number) => {
    t.mock.timers.tick(milliseconds);
    await settle();
  };
  const connect = async () => {
    await settle();
    const socket = sockets.at(-1)!;
    socket.opens();
    socket.brings(1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 80, 0, 24);
    return socket;
  };
  return { link, looks, sockets, states, ends, settle, after, connect, looked: () => looked };
}

const RESIZE = [1, 0, 80, 0, 24];

test("it connects, sends its size first, and what was typed before", async (t) => {
  const { link, states, connect } = setup(t);
  link.start();
  link.type(new Uint8Array([97]));
  const socket = await connect();
  assert.deepEqual(states, ["connected"]);
  assert.deepEqual(socket.sent, [RESIZE, [0, 97]]);
});

test("a lost connection comes back with a fresh ticket, and keeps what was typed meanwhile", async (t) => {
  const { link, states, connect, after, looked } = setup(t);
  link.start();
  (await connect()).breaks();
  assert.deepEqual(states, ["connected", "reconnecting"]);
  link.type(new Uint8Array([98]));
  await after(300);
  assert.equal(looked(), 2);
  const socket = await connect();
  assert.deepEqual(states, ["connected", "reconnecting", "connected"]);
  assert.deepEqual(socket.sent, [RESIZE, [0, 98]]);
});

test("an unreachable server is asked again, less and less often", async (t) => {
  const { link, looks, states, after, settle, looked } = setup(t);
  for (let n = 0; n < 100; n += 1) looks.push({ kind: "unreachable" });
  link.start();
  await settle();
  for (let second = 0; second < 120; second += 1) await after(1000);
  assert.ok(looked() >= 10 && looked() <= 20, `asked ${looked()} times in two minutes`);
  assert.deepEqual(states, ["reconnecting"]);
  const before = looked();
  link.hurry();
  await settle();
  assert.equal(looked(), before + 1);
});

test("a refused ticket is replaced at once, but a second refusal waits", async (t) => {
  const { link, sockets, after, settle } = setup(t);
  link.start();
  await settle();
  sockets[0]!.opens();
  sockets[0]!.breaks(4401);
  await after(0);
  assert.equal(sockets.length, 2);
  sockets[1]!.opens();
  sockets[1]!.breaks(4401);
  await after(0);
  assert.equal(sockets.length, 2);
  await after(300);
  assert.equal(sockets.length, 3);
});

test("the end is told once, by the status frame, and nothing reconnects", async (t) => {
  const { link, states, ends, connect, after, looked } = setup(t);
  link.start();
  const socket = await connect();
  socket.says({ state: "ended", viewers: 1, reason: { reason: "lifetime" } });
  socket.breaks(4410);
  await after(60_000);
  assert.deepEqual(ends, [{ reason: "lifetime" }]);
  assert.deepEqual(states, ["connected", "ended"]);
  assert.equal(looked(), 1);
});

test("a bare close code asks the API for the reason", async (t) => {
  const { link, looks, ends, connect, settle } = setup(t);
  looks.push(LIVE, { kind: "ended", end: { reason: "idle" } });
  link.start();
  (await connect()).breaks(4410);
  await settle();
  assert.deepEqual(ends, [{ reason: "idle" }]);
});

test("a restart is waited for, and what was typed before goes nowhere", async (t) => {
  const { link, states, ends, connect, after, sockets } = setup(t);
  link.start();
  const socket = await connect();
  socket.bufferedAmount = 1 << 20;
  link.type(new Uint8Array([97]));
  socket.says({ state: "restarting", viewers: 1 });
  socket.breaks(4411);
  assert.deepEqual(states, ["connected", "restarting"]);
  await after(400);
  // It is not there yet.
  sockets.at(-1)!.opens();
  sockets.at(-1)!.breaks(4411);
  await after(400);
  const next = await connect();
  assert.deepEqual(states, ["connected", "restarting", "connected"]);
  assert.deepEqual(next.sent, [RESIZE]);
  assert.deepEqual(ends, []);
});

test("silence after a ping ends the connection; any frame keeps it", async (t) => {
  const { link, states, connect, after } = setup(t);
  link.start();
  const socket = await connect();
  await after(20_000);
  assert.deepEqual(socket.sent.at(-1), [3, 1]);
  socket.brings(3, 1);
  await after(10_000);
  await after(20_000);
  assert.equal(socket.closed, false);
  await after(10_000);
  assert.equal(socket.closed, false, "a busy page has a moment of grace");
  await after(1_000);
  assert.equal(socket.closed, true);
  assert.deepEqual(states, ["connected", "reconnecting"]);
});

test("a socket that never opens is given up", async (t) => {
  const { link, sockets, settle, after } = setup(t);
  link.start();
  await settle();
  await after(15_000);
  assert.equal(sockets[0]!.closed, true);
  await after(300);
  assert.equal(sockets.length, 2);
  sockets[0]!.opens();
  sockets[0]!.breaks();
  await after(60);
  assert.equal(sockets.length, 2, "the old socket's fate moves nothing");
});

test("a frame that is none drops the connection, not the terminal", async (t) => {
  const { link, states, connect, after, sockets } = setup(t);
  t.mock.method(console, "error", () => {});
  link.start();
  const socket = await connect();
  socket.brings(9, 9);
  assert.equal(socket.closed, true);
  await after(300);
  assert.equal(sockets.length, 2);
  await connect();
  assert.equal(states.at(-1), "connected");
});

test("a full socket holds a paste back until there is room", async (t) => {
  const { link, connect, after } = setup(t);
  link.start();
  const socket = await connect();
  socket.bufferedAmount = 1 << 20;
  link.type(new Uint8Array(100));
  assert.equal(socket.sent.length, 1);
  socket.bufferedAmount = 0;
  await after(15);
  assert.equal(socket.sent[1]?.length, 101);
});

test("a page that was put away leaves, and comes back when it is taken out again", async (t) => {
  const { link, sockets, states, connect } = setup(t);
  link.start();
  const first = await connect();
  link.sleep();
  assert.equal(first.closed, true);
  link.hurry();
  link.wake();
  link.wake();
  await connect();
  assert.equal(sockets.length, 2);
  assert.deepEqual(states, ["connected", "connecting", "connected"]);
});
