// Where points stand, which of them are kept, and what is drawn between them.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { dice, load } from "./units.mjs";

globalThis.location ??= new URL("http://127.0.0.1/");

const { gridOf, bucketsFor } = await load("src/plots/slots.ts");
const { placesOf, originsOf, serverRange, thinningAxis, usualAxis } = await load("src/plots/places.ts");
const { smoothed, spacingOf } = await load("src/plots/smooth.ts");
const { scaleOf, rangeOf, logTicks, linearTicks } = await load("src/plots/scale.ts");
const { meanOf } = await load("src/plots/spread.ts");
const { bandsOf } = await load("src/plots/bands.ts");
const { haveBoth, partOf, stemsOf, trainingOf } = await load("src/plots/stems.ts");
const { appended, lineOf } = await load("src/plots/points.ts");
const { differencesOf } = await load("src/plots/differences.ts");
const { labelOf } = await load("src/plots/words.ts");
const { phasesOf, pictureOf } = await load("src/plots/picture.ts");
const { beside } = await load("src/plots/beside.ts");
const { facetFields, facetsOf, partsOf } = await load("src/plots/facets.ts");
const { xTicks } = await load("src/plots/labels.ts");

const line = (more) => ({
  run: "r",
  name: "loss",
  phase: "train",
  epochs: [],
  steps: [],
  times: [],
  values: [],
  specials: { nan: 0, infinite: 0, first: undefined, unit: "step" },
  ...more,
  total: more.total ?? more.values?.length ?? 0,
});

const drawn = (grid, row) => grid.y[row].map((y, slot) => [grid.x[slot], y]).filter(([, y]) => typeof y === "number");

describe("the grid", () => {
  test("few places are the grid themselves", () => {
    const lines = [
      { x: [1, 2, 3], y: [5, 6, 7] },
      { x: [2, 4], y: [8, 9] },
    ];
    const grid = gridOf(lines, [1, 4], 50);
    assert.deepEqual(grid.x, [1, 2, 3, 4]);
    assert.deepEqual(drawn(grid, 1), [[2, 8], [4, 9]]);
    assert.deepEqual([...grid.from[1]], [-1, 0, -1, 1]);
  });

  test("a value that is no number is a gap, and a place without a point is none", () => {
    const grid = gridOf([{ x: [1, 2, 3], y: [1, NaN, 3] }, { x: [2], y: [1] }], [1, 3], 50);
    assert.deepEqual(grid.y[0], [1, null, 3]);
    assert.deepEqual(grid.y[1], [undefined, 1, undefined]);
  });

  test("two points of a line at one place are both drawn", () => {
    const grid = gridOf([{ x: [1, 1, 2], y: [5, 9, 6] }], [1, 2], 50);
    assert.deepEqual(drawn(grid, 0).map(([, y]) => y), [5, 9, 6]);
  });

  test("no extreme of any line is lost at any zoom, and none is moved by a bucket", () => {
    const random = dice(7);
    const count = 20_000;
    const lines = Array.from({ length: 4 }, (_, at) => {
      const spikes = new Set([7_777 + at, 15_000 - at]);
      return {
        x: Array.from({ length: count }, (_, step) => step),
        y: Array.from({ length: count }, (_, step) => random() + (spikes.has(step) ? 3 : 0)),
      };
    });
    for (const range of [[0, 19_999], [7_000, 9_000], [7_700, 7_900], [14_999.5, 15_000.5]]) {
      const buckets = bucketsFor(50_000, lines.length, 400);
      const grid = gridOf(lines, range, buckets);
      const width = (range[1] - range[0]) / buckets;
      lines.forEach(({ x, y }, row) => {
        const inside = y.filter((_, at) => x[at] >= range[0] && x[at] <= range[1]);
        const kept = drawn(grid, row).filter(([place]) => place >= range[0] - width && place <= range[1] + width);
        if (inside.length === 0) return;
        for (const extreme of [Math.max(...inside), Math.min(...inside)]) {
          const found = kept.find(([, value]) => value === extreme);
          assert.ok(found, `${extreme} of line ${row} in ${range}`);
          assert.ok(Math.abs(found[0] - x[y.indexOf(extreme)]) <= Math.max(width, 1e-9));
        }
      });
    }
  });

  test("slots keep the order of the points", () => {
    const random = dice(3);
    const x = Array.from({ length: 3000 }, () => random() * 10).sort((a, b) => a - b);
    const grid = gridOf([{ x, y: x.map(() => random()) }], [0, 10], 50);
    const kept = [...grid.from[0]].filter((at) => at >= 0);
    assert.deepEqual(kept, [...kept].sort((a, b) => a - b));
    assert.ok(kept.length > 150 && kept.length <= 52 * 4);
  });

  test("context has a rough course, and loses no extreme either", () => {
    const random = dice(9);
    const x = Array.from({ length: 5000 }, (_, step) => step);
    const y = x.map((step) => random() + (step === 3333 ? 4 : 0));
    const [whole, rough] = gridOf([{ x, y }, { x, y, isContext: true }], [0, 4999], 200).from;
    const kept = (row) => [...row].filter((at) => at >= 0);
    assert.ok(kept(whole).length > 600, String(kept(whole).length));
    assert.ok(kept(rough).length <= 27 * 4, String(kept(rough).length));
    assert.deepEqual(kept(rough), [...kept(rough)].sort((a, b) => a - b));
    for (const extreme of [Math.max(...y), Math.min(...y)]) assert.ok(kept(rough).some((at) => y[at] === extreme));
  });

  test("buckets are as many as pixels at most, and fifty at least", () => {
    assert.equal(bucketsFor(50_000, 1, 800), 800);
    assert.equal(bucketsFor(50_000, 100, 800), 125);
    assert.equal(bucketsFor(50_000, 1000, 800), 50);
  });
});

describe("places", () => {
  const steps = [10, 20, 30, 40, 50, 60];
  const trained = line({ epochs: [1, 1, 1, 2, 2, 2], steps, times: steps.map((step) => step * 1e6), values: steps });

  test("the last step of an epoch stands at the epoch, with what was measured after it", () => {
    const places = placesOf(trained, "epoch", undefined);
    assert.ok(places.every((place, at) => at === 0 || place > places[at - 1]));
    assert.ok(places[0] > 0 && places[2] <= 1 && places[3] > 1 && places[5] <= 2);
    const tested = line({ epochs: [1, 2], steps: [30, 60], times: [0, 1], values: [1, 2] });
    assert.deepEqual(placesOf(tested, "epoch", undefined), [1, 2]);
  });

  test("steps that begin anew in each epoch are spread over it all the same", () => {
    const anew = line({ epochs: [1, 1, 2, 2], steps: [0, 1, 0, 1], times: [0, 1, 2, 3], values: [1, 2, 3, 4] });
    assert.deepEqual(placesOf(anew, "epoch", undefined), [0.5, 1, 1.5, 2]);
  });

  test("relative, percent and phase places are counted from where the run begins", () => {
    const later = line({ phase: "test", epochs: [3], steps: [110], times: [110e6], values: [1] });
    const origin = originsOf([trained, later]).get("r");
    assert.deepEqual(placesOf(later, "relative", origin), [100]);
    assert.deepEqual(placesOf(later, "percent", origin), [100]);
    assert.deepEqual(placesOf(later, "phase-step", origin), [0]);
    assert.equal(placesOf(trained, "percent", origin)[0], 0);
    assert.equal(placesOf(trained, "wall", origin)[1], 20);
  });

  test("epochs are what is shown where a run has any", () => {
    assert.equal(usualAxis(originsOf([trained])), "epoch");
    assert.equal(usualAxis(originsOf([{ ...trained, epochs: steps.map(() => 0) }])), "step");
    assert.equal(usualAxis(originsOf([{ ...trained, epochs: steps.map(() => 0), steps: steps.map(() => 0) }])), "relative");
  });

  test("a range is asked for in what the server counts, to both sides of the edges", () => {
    const origins = originsOf([trained]);
    const wanted = serverRange([trained], "relative", "step", origins, [15, 25]);
    assert.deepEqual(wanted, [20, 40]);
  });

  test("what was not thinned by steps well is thinned by what tells more apart", () => {
    const still = line({ epochs: [1, 2], steps: [0, 0], times: [5, 1e9], values: [1, 2], total: 1000 });
    assert.equal(thinningAxis([still]), "time");
    assert.equal(thinningAxis([{ ...still, times: [5, 5] }]), "epoch");
    assert.equal(thinningAxis([{ ...still, steps: [0, 999] }]), "step");
    assert.equal(thinningAxis([{ ...still, total: 2 }]), "step");
  });
});

describe("smoothing", () => {
  test("a constant stays what it is from its first point on", () => {
    const x = [0, 1, 2, 3, 9];
    for (const value of smoothed(x, [2, 2, 2, 2, 2], 0.9, 1)) assert.ok(Math.abs(value - 2) < 1e-12);
  });

  test("it is the usual average where points are evenly spaced", () => {
    const y = [1, 0, 4];
    const [first, second, third] = smoothed([0, 1, 2], y, 0.5, 1);
    assert.equal(first, 1);
    assert.ok(Math.abs(second - (0.5 * 0.5) / 0.75) < 1e-12);
    assert.ok(Math.abs(third - (0.125 * 1 + 0.5 * 4) / 0.875) < 1e-12);
  });

  test("a thinned line is smoothed as the whole one", () => {
    const whole = Array.from({ length: 101 }, (_, at) => at);
    const values = whole.map((at) => (at < 50 ? 0 : 1));
    const full = smoothed(whole, values, 0.9, 1);
    const thin = whole.filter((at) => at % 2 === 0);
    const half = smoothed(thin, thin.map((at) => values[at]), 0.9, spacingOf(thin, 101));
    assert.ok(Math.abs(half[half.length - 1] - full[100]) < 0.02);
  });

  test("what is no number is neither averaged nor hidden", () => {
    const [, middle, last] = smoothed([0, 1, 2], [1, NaN, 1], 0.9, 1);
    assert.ok(Number.isNaN(middle));
    assert.ok(Math.abs(last - 1) < 1e-12);
  });
});

describe("scales", () => {
  test("a place and its value belong together", () => {
    for (const kind of ["linear", "log", "symlog"]) {
      const scale = scaleOf(kind, [0.001, 100], 0.01);
      for (const value of [0.001, 0.5, 100]) assert.ok(Math.abs(scale.value(scale.at(value)) - value) < 1e-9 * value + 1e-12);
      assert.equal(scale.at(0.001), 0);
      assert.equal(scale.at(100), 1);
    }
    const both = scaleOf("symlog", [-10, 10], 0.1);
    assert.equal(both.at(0), 0.5);
  });

  test("ticks are round and inside", () => {
    assert.deepEqual(linearTicks(0, 1, 5), [0, 0.2, 0.4, 0.6, 0.8, 1]);
    assert.deepEqual(linearTicks(-0.3, 0.3, 3), [-0.2, 0, 0.2]);
    assert.deepEqual(logTicks(0.01, 1, 6), [0.01, 0.03, 0.1, 0.3, 1]);
    for (const tick of logTicks(0.002, 700, 8)) assert.ok(tick >= 0.002 && tick <= 700);
    assert.ok(logTicks(1e-12, 1e12, 6).length <= 7);
    assert.deepEqual(xTicks("epoch", 1, 5, 8), [1, 2, 3, 4, 5]);
  });

  test("a range without the outer hundredths says how many it leaves out", () => {
    const values = [...Array.from({ length: 198 }, (_, at) => at / 198), 50, -50];
    const { range, above, below } = rangeOf(values, true);
    assert.ok(range[0] >= 0 && range[1] <= 1);
    assert.equal(above, values.filter((value) => value > range[1]).length);
    assert.equal(below, values.filter((value) => value < range[0]).length);
    assert.ok(above >= 1 && below >= 1);
    assert.deepEqual(rangeOf(values, false).range, [-50, 50]);
    assert.equal(rangeOf([NaN, Infinity], false), undefined);
  });
});

describe("groups", () => {
  test("the mean counts a line between its points, and not outside of its ends", () => {
    const mean = meanOf([0, 1, 2], [[0, undefined, 2], [4, 4, undefined]], "range");
    assert.deepEqual(mean.mean, [2, 2.5, 2]);
    assert.deepEqual(mean.count, [2, 2, 1]);
    assert.deepEqual(mean.low, [0, 1, 2]);
    assert.deepEqual(mean.high, [4, 4, 2]);
  });

  test("the spread of a sample", () => {
    const { low, high } = meanOf([0], [[1], [3]], "std");
    assert.ok(Math.abs(high[0] - (2 + Math.SQRT2)) < 1e-12);
    assert.ok(Math.abs(low[0] - (2 - Math.SQRT2)) < 1e-12);
  });
});

test("phases that follow one another are bands, and those that take turns are none", () => {
  const bands = bandsOf([{ phase: "fit", x: [6, 9] }, { phase: "warmup", x: [0, 5] }]);
  assert.deepEqual(bands, [{ phase: "warmup", from: 0, to: 5 }, { phase: "fit", from: 5, to: 9 }]);
  assert.deepEqual(bandsOf([{ phase: "train", x: [0, 9] }, { phase: "test", x: [1, 9] }]), []);
  assert.deepEqual(bandsOf([{ phase: "train", x: [0, 9] }]), []);
});

test("train and test share a plot, whether a phase or a prefix says which is which", () => {
  const stems = stemsOf([
    { name: "loss", phases: ["train", "test"], runs: 1 },
    { name: "train/acc", phases: [""], runs: 1 },
    { name: "val/acc", phases: [""], runs: 1 },
    { name: "layer/0/norm", phases: ["train"], runs: 1 },
  ]);
  assert.deepEqual(stems.map(({ name }) => name), ["acc", "layer/0/norm", "loss"]);
  assert.deepEqual(stems[2].series.map(({ role }) => role), ["test", "train"]);
  assert.deepEqual(stems[0].series.map(({ name, role }) => [name, role]), [["val/acc", "test"], ["train/acc", "train"]]);
});

test("two phases beside training have plots of their own, each with training in it", () => {
  const phases = ["train/loss", "val/loss", "test/loss", "eval/loss"].map((name) => ({ name, phases: [""], runs: 1 }));
  const stems = stemsOf(phases);
  assert.deepEqual(stems.map(({ name }) => name), ["loss: eval", "loss: test", "loss: val"]);
  assert.deepEqual(stems[2].series.map(({ name }) => name), ["val/loss", "train/loss"]);
  assert.deepEqual(partOf(stems[2])("val/loss", ""), { role: "test", phase: "val" });
  assert.deepEqual(trainingOf(stems).map(({ name }) => name), ["loss"]);
  const [holdout, bare] = stemsOf([{ name: "loss", phases: ["holdout", ""], runs: 1 }]).reverse();
  assert.deepEqual([holdout.name, bare.name], ["loss: holdout", "loss"]);
});

test("with one phase beside training, or none, the plot is of the metric alone", () => {
  const [loss] = stemsOf([{ name: "loss", phases: ["val", "train"], runs: 1 }]);
  assert.deepEqual([loss.name, haveBoth([loss])], ["loss", true]);
  const [alone] = stemsOf([{ name: "val/accuracy", phases: [""], runs: 1 }]);
  assert.deepEqual([alone.name, haveBoth([alone]), alone.series[0].said], ["accuracy", false, "val"]);
  const [stages, ...others] = stemsOf([{ name: "loss", phases: ["pretrain", "finetune"], runs: 1 }]);
  assert.deepEqual([stages.name, others], ["loss", []]);
});

test("layers stand in the order of their numbers", () => {
  const metrics = [10, 2, 100].map((at) => ({ name: `layer.${at}`, phases: ["train"], runs: 1 }));
  assert.deepEqual(stemsOf(metrics).map(({ name }) => name), ["layer.2", "layer.10", "layer.100"]);
});

test("new points are added once, and special values keep their counts", () => {
  const history = {
    aggregate: "r",
    series: { name: "loss", phase: "", epochs: [1, 1], steps: [1, 2], times: [1, 2], numbers: [0.5, "NaN"], json: [] },
    total: 2,
    specials: { nan: 1, infinite: 0, json: 0, first: 2 },
  };
  const first = lineOf(history, "step");
  const tail = { name: "loss", phase: "", epochs: [1, 1, 2], steps: [2, 3, 3], times: [2, 3, 4], values: [9, "Infinity", 7] };
  const next = appended(first, tail);
  assert.deepEqual(next.steps, [1, 2, 3, 3]);
  assert.deepEqual(next.values.slice(2), [Infinity, 7]);
  assert.equal(next.total, 4);
  assert.deepEqual([next.specials.nan, next.specials.infinite], [1, 1]);
  assert.equal(appended(next, tail), next);
});

test("other JSON among the numbers draws nothing", () => {
  const history = {
    aggregate: "r",
    series: { name: "x", phase: "", epochs: [1, 2], steps: [1, 2], times: [1, 2], numbers: [1, "NaN"], json: [[1, { a: 1 }]] },
    total: 2,
    specials: { nan: 0, infinite: 0, json: 1, first: null },
  };
  assert.deepEqual(lineOf(history, "step").values, [1]);
  assert.equal(lineOf(history, "step").total, 1);
});

test("the difference of two runs is at the places of the second, between the points of the first", () => {
  const steps = (line) => line.steps;
  const at = (run, places, values) => line({ run, steps: places, epochs: places, times: places, values });
  const [found, ...others] = differencesOf(
    [at("a", [0, 10], [1, 3]), at("b", [0, 5, 10, 20], [2, 2, 2, 2])],
    ["a", "b"],
    steps,
  );
  assert.deepEqual(others, []);
  assert.deepEqual(found.steps, [0, 5, 10]);
  assert.deepEqual(found.values, [1, 0, -1]);
  assert.deepEqual(differencesOf([at("b", [0], [1])], ["a", "b"], steps), []);
});

test("a tooltip is inside the window, and covers neither its point nor the pointer", () => {
  const random = dice(5);
  const under = (place, { x, y }, box) => x >= place.x && x <= place.x + box.width && y >= place.y && y <= place.y + box.height;
  for (const window of [{ width: 1440, height: 900 }, { width: 390, height: 844 }]) {
    for (let turn = 0; turn < 2000; turn += 1) {
      const point = { x: random() * window.width, y: random() * window.height };
      const pointer = { x: Math.min(window.width, point.x + random() * 40), y: point.y - random() * 40 };
      const box = { width: 100 + random() * 180, height: 60 + random() * 200 };
      const place = beside(point, pointer, box, window, point.x > window.width / 2);
      assert.ok(place.x >= 0 && place.x + box.width <= window.width, JSON.stringify([point, box, place]));
      assert.ok(place.y >= 0 && place.y + box.height <= window.height, JSON.stringify([point, box, place]));
      for (const held of [point, pointer]) assert.ok(!under(place, held, box), JSON.stringify([point, pointer, box, place]));
    }
  }
  const box = { width: 280, height: 100 };
  assert.equal(beside({ x: 260, y: 300 }, undefined, box, { width: 1440, height: 900 }, true).x, 274);
});

describe("a picture", () => {
  const options = {
    axis: "step",
    scale: "linear",
    trim: false,
    smoothing: 0,
    zoom: undefined,
    origins: new Map(),
    part: (_, phase) => ({ role: phase === "train" ? "train" : "test", phase }),
    groups: undefined,
    spread: "std",
    budget: 50_000,
    pixels: 500,
  };
  const places = [0, 1, 2, 3];
  const at = (values, more) => line({ steps: places, epochs: places, times: places, values, ...more });

  test("a log axis leaves out what is not positive, and the range has room", () => {
    const { y } = pictureOf([at([0, -1, 0.01, 100])], { ...options, scale: "log" });
    assert.ok(y.range[0] > 0 && y.range[0] < 0.01 && y.range[1] > 100);
  });

  test("losses begin at zero rather than below it", () => {
    assert.equal(pictureOf([at([0.001, 1, 2, 3])], options).y.range[0], 0);
    assert.ok(pictureOf([at([-1, 1, 2, 3])], options).y.range[0] < -1);
  });

  test("points that are out of order are drawn in their order", () => {
    const [trace] = pictureOf([at([10, 30, 20, 40], { steps: [0, 2, 1, 3] })], options).traces;
    assert.deepEqual(trace.y, [10, 20, 30, 40]);
    assert.deepEqual(trace.line.steps, [0, 1, 2, 3]);
  });

  test("the first NaN is marked though thinning has left it out", () => {
    const specials = { nan: 2, infinite: 0, first: 812, unit: "step" };
    const long = at([1, 1, 1, 1], { steps: [0, 800, 900, 2000], total: 2001, specials });
    const { marks, nonfinite } = pictureOf([long], options);
    assert.deepEqual(marks, [{ x: 800, run: "r", kind: "NaN", at: "step 812" }]);
    assert.equal(nonfinite, 2);
  });

  test("parts by a field are drawn on the axes of the whole", () => {
    const lines = [at([1, 1, 1, 1], { run: "a" }), at([3, 3, 3, 3], { run: "b" }), at([9, 9, 9, 9], { run: "c" })];
    const runs = [["a", "0.01"], ["b", "0.003"], ["c", "0.01"]].map(([uuid, lr]) => ({ uuid, name: uuid, differing: { lr, same: "1" } }));
    assert.deepEqual(facetFields(runs), ["lr"]);
    assert.equal(facetsOf("same", runs), undefined);
    const whole = pictureOf(lines, options);
    const parts = partsOf(lines, options, whole, facetsOf("lr", runs));
    assert.deepEqual(parts.map(({ title }) => title), ["lr = 0.003", "lr = 0.01"]);
    assert.deepEqual(parts.map(({ picture }) => picture.traces.map(({ run }) => run)), [["b"], ["a", "c"]]);
    for (const { picture } of parts) assert.deepEqual([picture.x, picture.y.range], [whole.x, whole.y.range]);
  });

  test("the phases have the names that were logged", () => {
    const named = ["val/loss", "train/loss"].map((name) => at([2, 1, 1, 1], { name, phase: "" }));
    const [stem] = stemsOf(named.map(({ name }) => ({ name, phases: [""], runs: 1 })));
    const picture = pictureOf(named, { ...options, part: partOf(stem) });
    assert.deepEqual(picture.traces.map(({ phase }) => phase), ["val", "train"]);
    assert.deepEqual(phasesOf(picture), [{ role: "test", phases: "val" }, { role: "train", phases: "train" }]);
    assert.match(labelOf("loss", picture, new Map(), undefined), /^loss, val and train, 1 run/);
  });

  test("runs of a group are one line to the pointer", () => {
    const lines = [at([1, 1, 1, 1], { run: "a" }), at([3, 3, 3, 3], { run: "b" }), at([9, 9, 9, 9], { run: "c" })];
    const { hoverable, groups } = pictureOf(lines, { ...options, groups: [["a", "b"], ["c"]] });
    assert.deepEqual(groups.map(({ mean }) => mean[0]), [2, 9]);
    assert.deepEqual(hoverable.map(({ trace, y }) => [trace.run, y[0]]), [["a", 2], ["c", 9]]);
  });
});
