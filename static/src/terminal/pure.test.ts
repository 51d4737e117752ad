import assert from "node:assert/strict";
import { test } from "node:test";
import { read, socketAddress } from "./api";
import { backoff } from "./backoff";
import { timeLeft } from "./clock";
import { cellsThatFit } from "./geometry";

test("cells are counted as xterm.js counts them", () => {
  const cell = { width: 8.4287, height: 16 };
  const space = { width: 1280, height: 800, bar: 44, padding: 8, ratio: 1 };
  assert.deepEqual(cellsThatFit(cell, space), { columns: 149, rows: 46 });
  assert.deepEqual(cellsThatFit({ width: 8.4287, height: 16.3 }, { ...space, ratio: 2 }), { columns: 149, rows: 44 });
});

test("a size is always one that a program can live with", () => {
  const space = { width: 0, height: 0, bar: 44, padding: 8, ratio: 1 };
  assert.deepEqual(cellsThatFit({ width: 8, height: 16 }, space), { columns: 2, rows: 1 });
  assert.deepEqual(cellsThatFit({ width: 0, height: 0 }, { ...space, width: 1e9, height: 1e9 }), { columns: 2, rows: 1 });
});

test("the wait before the next attempt doubles up to a limit", () => {
  const longest = [0, 1, 2, 3, 10, 1000].map((attempt) => backoff(attempt, () => 1));
  assert.deepEqual(longest, [250, 500, 1000, 2000, 15_000, 15_000]);
  assert.ok(backoff(0, () => 0) >= 150);
});

test("time left is read at a glance, and warns near its end", () => {
  assert.deepEqual(timeLeft(30 * 60_000), { text: "30:00 left", warning: false });
  assert.deepEqual(timeLeft(120_001), { text: "2:01 left", warning: false });
  assert.deepEqual(timeLeft(119_500), { text: "2:00 left", warning: true });
  assert.deepEqual(timeLeft(3_725_000), { text: "1:02:05 left", warning: false });
  assert.deepEqual(timeLeft(-5_000), { text: "0:00 left", warning: true });
});

test("the API's answer is read", () => {
  const view = { state: "running", terminal_url: "/terminals/1?ticket=a.b", expires_at: "2027-01-15T08:00:00Z" };
  const base = "https://try.example/sandboxes/1";
  assert.deepEqual(read(view, "Fri, 15 Jan 2027 07:00:10 GMT", base, Date.UTC(2027, 0, 15, 7)), {
    kind: "live",
    url: "wss://try.example/terminals/1?ticket=a.b",
    expiresAt: Date.UTC(2027, 0, 15, 8),
    clockOffset: 10_000,
  });
  assert.deepEqual(read({ state: "starting" }, null, base), { kind: "starting" });
  const ended = { state: "ended", terminal_url: "/terminals/1", end: { reason: "idle" } };
  assert.deepEqual(read(ended, null, base), { kind: "ended", end: { reason: "idle" } });
  assert.deepEqual(read(null, null, base), { kind: "starting" });
});

test("a terminal's address may be a path, or whole", () => {
  assert.equal(socketAddress("/t", "http://127.0.0.1:8080/x"), "ws://127.0.0.1:8080/t");
  assert.equal(socketAddress("wss://other.example/t", "https://a.example/"), "wss://other.example/t");
});
