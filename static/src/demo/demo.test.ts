import assert from "node:assert/strict";
import { test } from "node:test";
import { readChecks, Waiting, type Check } from "./check";
import { BEGINNING, fill, readProgress, withDone } from "./progress";
import { LOOK_BACK, Since, type Mark, type Rows } from "./since";

const contains = (text: string): Check => ({ text, line: false });
const line = (text: string): Check => ({ text, line: true });

test("a check is found in a line, or is the line", () => {
  const table: [Check[], string[], boolean][] = [
    [[contains("b c")], ["a  b\tc d"], true],
    [[contains("b c")], ["a b", "c d"], false],
    [[contains("B")], ["b"], false],
    [[line("3")], ["root@3:/# echo 3", "13"], false],
    [[line("3")], ["  3  "], true],
    [[line("3"), contains("x")], ["x", "3"], true],
    [[line("3"), contains("x")], ["3"], false],
    [[contains(".*")], ["anything"], false],
    [[contains("(a+)+$")], ["a".repeat(10_000)], false],
    [[], [], true],
  ];
  for (const [checks, lines, met] of table) assert.equal(new Waiting(checks).look(lines), met, JSON.stringify([checks, lines[0]?.slice(0, 40)]));
});

test("what was seen once stays seen", () => {
  const waiting = new Waiting([contains("one"), contains("two")]);
  assert.equal(waiting.look(["two"]), false);
  assert.equal(waiting.look([]), false);
  assert.equal(waiting.look(["one"]), true);
});

test("checks are read as the server writes them, and nothing else is", () => {
  assert.deepEqual(readChecks('[{"text":"a","line":true},{"text":1},null,"b"]'), [line("a")]);
  for (const bad of [undefined, "", "{", "{}", "null", "3"]) assert.deepEqual(readChecks(bad), []);
});

/** A terminal of rows; `+` at a row's beginning goes on with the row above. */
class Screen {
  rows: string[] = [];
  cursor = 0;
  base = 0;
  fullScreen: string[] | undefined;
  marks: { line: number; isDisposed: boolean; dispose(): void }[] = [];

  print(...rows: string[]): this {
    this.rows.splice(this.cursor, this.rows.length, ...rows);
    this.cursor = this.rows.length - 1;
    return this;
  }

  /** The present line ends, and others follow. */
  more(...rows: string[]): this {
    this.rows.push(...rows);
    this.cursor = this.rows.length - 1;
    return this;
  }

  normal = (): Rows => view(this.rows, this.cursor, this.base);
  full = (): Rows | undefined => (this.fullScreen ? view(this.fullScreen, 0, 0) : undefined);
  mark = (): Mark => {
    const mark = { line: this.cursor, isDisposed: false, dispose: () => (mark.isDisposed = true) };
    this.marks.push(mark);
    return mark;
  };
}

function view(rows: string[], cursor: number, base: number): Rows {
  const row = (index: number) => {
    const text = rows[index];
    return text === undefined ? undefined : { text: text.replace(/^\+/, ""), wrapped: text.startsWith("+") };
  };
  return { cursor, base, length: rows.length, row };
}

test("only what follows the line of the cursor counts", () => {
  const screen = new Screen().print("welcome", "$ ");
  const since = new Since(screen);
  since.begin();
  assert.deepEqual(since.read(), []);
  screen.rows[1] = "$ echo hello ever and ";
  screen.more("+ever");
  assert.deepEqual(since.read(), []);
  screen.more("hello ever", "+ and ever", "$ ");
  assert.deepEqual(since.read(), ["hello ever and ever", "$ "]);
  since.begin();
  assert.deepEqual(since.read(), []);
});

test("a repaint and a reload keep the moment by its number of lines", () => {
  const screen = new Screen().print("a", "+a", "b", "$ ls");
  const since = new Since(screen);
  since.begin();
  screen.more("out", "$ ");
  since.repainted();
  // Painted anew in a wider window: what was two rows is one.
  screen.rows = ["aa", "b", "$ ls", "out", "$ "];
  screen.cursor = 4;
  assert.deepEqual(since.read(), ["out", "$ "]);
  const later = new Since(screen);
  later.restore(since.lines);
  assert.deepEqual(later.read(), ["out", "$ "]);
});

test("a cleared screen is newer than the moment", () => {
  const screen = new Screen().print("old", "older", "$ clear");
  const since = new Since(screen);
  since.begin();
  screen.marks[0]!.isDisposed = true;
  screen.rows = ["old", "$ ls"];
  screen.cursor = 1;
  screen.base = 1;
  assert.deepEqual(since.read(), ["$ ls"]);
  screen.more("out");
  assert.deepEqual(since.read(), ["$ ls", "out"]);
});

test("a full screen counts by what it did not show before", () => {
  const screen = new Screen().print("$ top");
  screen.fullScreen = ["Mem", "0.5"];
  const since = new Since(screen);
  since.begin();
  assert.deepEqual(since.read(), []);
  screen.fullScreen = ["Mem", "0.7"];
  assert.deepEqual(since.read(), ["0.7"]);
});

test("a flood is not looked through from its beginning", () => {
  const screen = new Screen().print("$ yes");
  const since = new Since(screen);
  since.begin();
  screen.more(...new Array<string>(50_000).fill("y"));
  assert.equal(since.read().length, LOOK_BACK);
});

test("progress is read leniently", () => {
  const table: [string | null, number, object][] = [
    [null, 3, BEGINNING],
    ["{", 3, BEGINNING],
    ["[]", 3, BEGINNING],
    ['{"at":2,"done":[0,0,1,9,"x"],"open":false,"since":7}', 3, { at: 2, done: [0, 1], open: false, since: 7 }],
    ['{"at":9,"done":7,"since":7}', 3, BEGINNING],
    ['{"at":-1,"since":-1}', 3, BEGINNING],
    ['{"at":1,"since":"x"}', 3, { at: 1, done: [], open: true, since: undefined }],
  ];
  for (const [kept, steps, wanted] of table) assert.deepEqual(readProgress(kept, steps), wanted, String(kept));
  const once = withDone(BEGINNING, 1);
  assert.deepEqual(withDone(once, 1).done, [1]);
  assert.deepEqual(BEGINNING.done, []);
});

test("words are filled in", () => {
  assert.equal(fill("Step {n} of {all}, {other}", { n: 2, all: 5 }), "Step 2 of 5, {other}");
  assert.equal(fill(undefined, {}), "");
});
