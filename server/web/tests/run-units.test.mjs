// What is said of a run: how far it is, whether it hangs, and what happened to it.
import assert from "node:assert/strict";
import { test } from "node:test";
import { load } from "./units.mjs";

globalThis.location ??= new URL("http://127.0.0.1/");
const { epochOf, totalEpochs, remaining, silence, isDiverged } = await load("src/run/progress.ts");
const { bestOf } = await load("src/run/best.ts");
const { failure, failureReason } = await load("src/run/failure.ts");
const { tagsAsText, tagsFrom, tagsPatch } = await load("src/run/tags.ts");

const summary = (more) => ({ count: 10, first: { name: "loss", time: "2026-01-01T00:00:00Z" }, last: { name: "loss" }, ...more });

test("the number of epochs is a parameter or an argument of that name", () => {
  const module = { record: { arguments: { max_epochs: 30 } } };
  assert.equal(totalEpochs({ params: { epochs: 50, lr: 1 }, modules: [module] }), 50);
  assert.equal(totalEpochs({ params: {}, modules: [module] }), 30);
  assert.equal(totalEpochs({ params: { warmup_epochs: 5, epochs: "many" }, modules: [] }), undefined);
});

test("the epoch is that of the run, or of its metrics where the program tells no other", () => {
  const metric = (phase, epoch) => ({ last: { name: "loss", phase, epoch } });
  assert.equal(epochOf({ epoch: 3, metrics: [] }), 3);
  assert.equal(epochOf({ epoch: 0, metrics: [metric("train", 4), metric("test", 5), { last: { name: "loss" } }] }), 5);
  assert.equal(epochOf({ epoch: 6, metrics: [metric("train", 4), metric("system", 90)] }), 6);
});

test("what is left is judged by the last five epochs", () => {
  const epochs = [1, 2, 3, 4, 5, 6, 7];
  const times = [0, 100, 110, 120, 130, 140, 150].map((second) => second * 1e6);
  assert.equal(remaining(epochs, times, 7, 10), 30);
  assert.equal(remaining([1], [0], 1, 10), undefined);
  assert.equal(remaining(epochs, times, 7, 7), undefined);
  // Measured in each fifth epoch: it is the run that has come to the 19th.
  assert.equal(remaining([5, 10, 15], [0, 300e6, 600e6], 19, 20), 60);
  assert.equal(remaining([5, 10, 15], [0, 300e6, 600e6], 20, 20), undefined);
});

test("a run is silent when it measures nothing for far longer than usual", () => {
  const run = { status: "running", metrics: [summary({ last: { name: "loss", time: "2026-01-01T00:15:00Z" } })] };
  const at = (time) => silence(run, Date.parse(time));
  assert.equal(at("2026-01-01T00:19:00Z"), undefined);
  assert.equal(at("2026-01-01T00:21:00Z"), 360);
  assert.equal(silence({ ...run, status: "finished" }, Date.parse("2026-02-01T00:00:00Z")), undefined);
  const other = (phase, count) => summary({ count, last: { name: "other", phase, time: "2026-01-01T00:20:59Z" } });
  const of = (...more) => silence({ ...run, metrics: [...run.metrics, other(...more)] }, Date.parse("2026-01-01T00:21:00Z"));
  assert.equal(of("system", 10), 360);
  assert.equal(of("train", 10), undefined);
  // What is measured for the first time is a sign of life, too, and what came twice tells no usual wait.
  assert.equal(of("train", 1), undefined);
  const seldom = summary({ count: 2, last: { name: "seldom", time: "2026-01-01T00:15:00Z" } });
  assert.equal(silence({ ...run, metrics: [...run.metrics, seldom] }, Date.parse("2026-01-01T00:21:00Z")), 360);
  assert.equal(silence({ status: "running", metrics: [] }, Date.parse("2026-01-01T00:21:00Z")), undefined);
});

test("a run whose last value is no finite number has diverged", () => {
  assert.ok(isDiverged({ metrics: [summary({ last: { name: "loss", value: "NaN" } })] }));
  assert.ok(!isDiverged({ metrics: [summary({ last: { name: "loss", value: 0.1 } })] }));
});

test("the best value is that of the better direction, what was tested first", () => {
  const at = (epoch) => ({ epoch, step: 0 });
  const ends = { min: 0.1, max: 0.9, min_at: at(7), max_at: at(3) };
  const run = {
    metrics: [
      summary({ ...ends, last: { name: "loss", phase: "train", value: 0.2 } }),
      summary({ ...ends, last: { name: "accuracy", phase: "test", value: 0.8 } }),
      summary({ ...ends, last: { name: "time", phase: "", value: 3 } }),
    ],
    metric_definitions: { loss: { direction: "minimize" }, accuracy: { direction: "maximize" } },
  };
  const [first, second, third] = bestOf(run);
  assert.deepEqual([first.name, first.best, first.at.epoch, first.last], ["accuracy", 0.9, 3, 0.8]);
  assert.deepEqual([second.name, second.best, second.at.epoch], ["loss", 0.1, 7]);
  assert.equal(third, undefined);
});

test("tags are written one a line, and what is gone is taken away", () => {
  const before = { baseline: "", data: "small", url: "http://x/y" };
  assert.deepEqual(tagsFrom(tagsAsText(before)), before);
  const after = tagsFrom(" baseline\n\ndata: large \n: nothing\nnew");
  assert.deepEqual(after, { baseline: "", data: "large", new: "" });
  assert.deepEqual(tagsPatch(before, after), { url: null, data: "large", new: "" });
});

test("that an attempt failed is said once where no more is known", () => {
  const outcome = (reason) => ({ failed: { reason } });
  for (const reason of ["", "failed", "Failed.", " FAILED "]) {
    assert.equal(failureReason(outcome(reason)), undefined);
    assert.equal(failure("Attempt failed", outcome(reason)), "Attempt failed");
  }
  assert.equal(failure("failed", outcome("it failed to read")), "failed: it failed to read");
  assert.equal(failureReason("finished"), undefined);
});
