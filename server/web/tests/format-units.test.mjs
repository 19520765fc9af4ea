// How numbers and times are written for people.
import assert from "node:assert/strict";
import { test } from "node:test";
import { load } from "./units.mjs";

process.env.TZ = "Asia/Kolkata";
const { count, time } = await load("src/format.ts");

test("whole numbers have a comma before each three digits", () => {
  const all = [0, 7, 999, 1000, 12_345, 123_456, 1_234_567, 1_000_000_000];
  assert.deepEqual(all.map(count), all.map((value) => value.toLocaleString("en-US")));
});

test("a time is that of the reader's zone, to the second", () => {
  assert.equal(time("2026-12-31T20:03:10.987654Z"), "2027-01-01 01:33:10");
  assert.equal(time("soon"), "soon");
});
