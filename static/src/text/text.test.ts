import assert from "node:assert/strict";
import { test } from "node:test";
import { classes, parseLine, PLAIN } from "./ansi";
import { duration, relative } from "./duration";

/** A line as `text` and `text{classes}`. */
function shown(line: string): string {
  return parseLine(line)
    .spans.map(({ text, style }) => (classes(style) === "" ? text : `${text}{${classes(style)}}`))
    .join("|");
}

test("colours become classes", () => {
  const table: [string, string][] = [
    ["plain", "plain"],
    ["\x1b[31mred\x1b[0m rest", "red{ansi-fg-1}| rest"],
    ["\x1b[1;92mok\x1b[m.", "ok{ansi-fg-10 ansi-bold}|."],
    ["\x1b[44;97mx", "x{ansi-fg-15 ansi-bg-4}"],
    ["\x1b[38;5;9mx", "x{ansi-fg-9}"],
    ["\x1b[38;5;196mx", "x{ansi-fg-9}"],
    ["\x1b[38;5;244mx", "x{ansi-fg-7}"],
    ["\x1b[38;2;0;128;0mx", "x{ansi-fg-2}"],
    ["\x1b[38;2;0;0;255;4mx", "x{ansi-fg-12 ansi-underline}"],
    ["\x1b[1mb\x1b[22mn", "b{ansi-bold}|n"],
  ];
  for (const [line, wanted] of table) assert.equal(shown(line), wanted, JSON.stringify(line));
});

test("nothing but colours survives", () => {
  const table: [string, string][] = [
    ["\x1b[2J\x1b[Hhome", "home"],
    ["\x1b]0;title\x07text", "text"],
    ["\x1b]8;;http://x\x1b\\link\x1b]8;;\x1b\\", "link"],
    ["\x1b]0;never ends", ""],
    ["a\x00\x08b\x7fc", "abc"],
    ["\x1b[31", "31"],
    ["\x1b[?25lx\x1b(B", "x"],
    ["tab\there", "tab\there"],
  ];
  for (const [line, wanted] of table) assert.equal(shown(line), wanted, JSON.stringify(line));
});

test("a progress bar shows what it wrote last", () => {
  assert.equal(shown(" 10%\r 50%\r100%"), "100%");
  assert.equal(shown("done\r"), "done");
});

test("a colour lasts until it is taken back", () => {
  const { style } = parseLine("\x1b[32mgreen");
  assert.equal(parseLine("still", style).spans[0]?.style.foreground, 2);
  assert.equal(parseLine("\x1b[0mover", style).spans[0]?.style.foreground, undefined);
  assert.equal(PLAIN.foreground, undefined);
});

test("a hostile line costs no more than its length", () => {
  const line = "\x1b[".repeat(100_000) + "\x1b]".repeat(100_000) + "\r".repeat(10);
  assert.ok(parseLine(line).spans.length < 200_001);
});

test("durations", () => {
  const table: [number, string][] = [
    [-5, "0.0 s"],
    [420, "0.4 s"],
    [9_960, "10 s"],
    [59_400, "59 s"],
    [59_600, "1 min 00 s"],
    [185_000, "3 min 05 s"],
    [3_720_000, "1 h 02 min"],
  ];
  for (const [milliseconds, wanted] of table) assert.equal(duration(milliseconds), wanted);
});

test("relative times", () => {
  const now = Date.UTC(2027, 0, 15);
  assert.equal(relative(now - 5_000, now, "en"), "now");
  assert.equal(relative(now - 3 * 60_000, now, "en"), "3 minutes ago");
  assert.equal(relative(now - 26 * 3_600_000, now, "en"), "yesterday");
  assert.equal(relative(now + 2 * 3_600_000, now, "en"), "in 2 hours");
});
