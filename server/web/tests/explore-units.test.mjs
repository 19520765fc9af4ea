// Axes of parallel coordinates: numbers in their order, words as bands, and what a brush says.
import assert from "node:assert/strict";
import { test } from "node:test";
import { load } from "./units.mjs";

globalThis.location ??= new URL("http://127.0.0.1/");
const { axisOf, jitter } = await load("src/explore/axes.ts");
const { viridis } = await load("src/explore/viridis.ts");

test("numbers stand in numeric order, whatever the order of the runs", () => {
  const axis = axisOf("size", [64, 32, 16, 128], String);
  assert.deepEqual(axis.ticks.map(({ label }) => label), ["16", "32", "64", "128"]);
  assert.equal(axis.places[2], 0);
  assert.equal(axis.places[3], 1);
  assert.ok(!axis.isLog);
});

test("an axis over two powers of ten is logarithmic, and one with a zero is not", () => {
  const rates = axisOf("lr", [0.001, 0.01, 0.1], String);
  assert.ok(rates.isLog);
  assert.ok(Math.abs(rates.places[1] - 0.5) < 1e-9);
  assert.ok(!axisOf("decay", [0, 0.01, 0.1], String).isLog);
  assert.ok(!axisOf("lr", [0.01, 0.5], String).isLog);
});

test("words are bands with counts, and `10` is behind `9`", () => {
  const axis = axisOf("optimizer", ["SGD", "Adam", "SGD"], String);
  assert.deepEqual(axis.ticks.map(({ label, count }) => [label, count]), [["Adam", 1], ["SGD", 2]]);
  assert.equal(axis.places[0], axis.places[2]);
  assert.deepEqual(axisOf("layer", ["l10", "l9"], String).ticks.map(({ label }) => label), ["l9", "l10"]);
});

test("the number 1 and the text `1` are two values, and lists are values too", () => {
  assert.equal(axisOf("x", [1, "1"], String).ticks.length, 2);
  assert.deepEqual(axisOf("x", [[1, 2], [3]], String).ticks.map(({ label }) => label), ["[1,2]", "[3]"]);
});

test("what a run does not have stands on a tick of its own, below all others", () => {
  for (const values of [[null, 1, 2], [undefined, "a", "b"]]) {
    const axis = axisOf("x", values, String);
    assert.equal(axis.ticks[0].label, "none");
    assert.ok(axis.places[0] < axis.places[1] && axis.places[1] < axis.places[2]);
  }
});

test("a brush is a condition on the very values that it holds", () => {
  const rates = axisOf("optimizer.lr", [0.001, 0.01, 0.1], String);
  assert.equal(rates.condition(0.4, 1), "optimizer.lr >= 0.01 and optimizer.lr <= 0.1");
  assert.equal(rates.condition(0.4, 0.6), "optimizer.lr = 0.01");
  assert.equal(rates.condition(0.1, 0.2), undefined);
  const words = axisOf("name", ['say "x"', "b", "c"], String);
  assert.equal(words.condition(0.6, 1), 'name = "say \\"x\\""');
  assert.equal(words.condition(0, 0.6), '(name = "b" or name = "c")');
});

test("runs of a band are spread the same way each time", () => {
  assert.equal(jitter("a-run"), jitter("a-run"));
  for (const id of ["a", "b", "🦀"]) assert.ok(Math.abs(jitter(id)) <= 0.5);
});

test("the colours go from dark to bright", () => {
  assert.equal(viridis(0), "rgb(68 1 84)");
  assert.equal(viridis(1), "rgb(253 231 37)");
  assert.equal(viridis(7), viridis(1));
});
