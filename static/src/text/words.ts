/** The scripts' words in the page's language; `words/` has a table for each. */

import { en, type Key } from "./words/en";
import { ko } from "./words/ko";

export type { Key };

/** The tables by the tag that `<html lang>` bears. English where there is no other. */
export const TABLES: Record<string, Record<Key, string>> = { en, ko };

export function language(): string {
  // Tests run without a page.
  return typeof document === "undefined" ? "en" : document.documentElement.lang;
}

/** The words under a key, with their `{name}`s filled in. What is filled in is not looked at again. */
export function say(key: Key, values: Record<string, string | number> = {}, tag = language()): string {
  const table = TABLES[tag.split("-")[0] ?? ""] ?? en;
  return table[key].replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole));
}
