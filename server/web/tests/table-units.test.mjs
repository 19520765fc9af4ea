// The table without a browser: which value is the best, and how the groups of many runs are read.
import assert from "node:assert/strict";
import { mock, test } from "node:test";
import { load } from "./units.mjs";

globalThis.location ??= new URL("http://127.0.0.1/");
globalThis.document ??= { readyState: "complete", getElementById: () => null };
const { bestOf } = await load("src/table/best.ts");
const { TableModel } = await load("src/table/model.ts");
const { columnsOf } = await load("src/table/columns.ts");
const { markOf, runLine } = await load("src/table/lines.ts");
const { cellExact, cellText } = await load("src/table/text.ts");
const { widthsIn } = await load("src/table/widths.ts");

test("what has diverged, or is no number, is no best", () => {
  const best = (direction, cells) => bestOf([{ field: { field: "loss", kind: "metric", direction } }], () => cells).get("loss");
  assert.equal(best("min", [0.3, "-Infinity", 0.2, "NaN", null]), 0.2);
  assert.equal(best("max", [0.3, "Infinity", { mean: 0.4, std: 0 }]), 0.4);
  assert.equal(best("min", ["-Infinity", 0.2]), undefined);
});

test("of many groups the first are shown, and the others have their places until they are read", async (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const all = Array.from({ length: 250 }, (_, at) => ({ runs: [`run ${at}`, `repeat ${at}`], count: 2, values: {} }));
  const asked = [];
  mock.method(globalThis, "fetch", async (url) => {
    asked.push(url);
    const limit = Number(new URL(url, location).searchParams.get("limit") ?? 1000);
    const common = { fields: [], constant: {}, order: [] };
    const answer = url.includes("/groups")
      ? { ...common, groups: all.slice(0, limit), total: all.length }
      : { ...common, uuids: [], columns: {}, repeated: 500, total: 500 };
    return new Response(JSON.stringify(answer));
  });
  const model = new TableModel();
  await model.load({ experiment: "digits", query: "", columns: "", group: "" });
  assert.equal(model.groups.value.groups.length, 200);
  assert.equal(model.lineCount.value, 250);
  assert.equal(model.line(199).key, "group run 199");
  assert.equal(model.line(200), undefined);
  assert.equal(model.hasAll.value, false);
  const read = new Promise((resolve) => model.groups.subscribe((groups) => groups?.groups.length === 250 && resolve()));
  t.mock.timers.tick(1000);
  await read;
  assert.equal(model.line(249).key, "group run 249");
  assert.equal(model.hasAll.value, true);
  // Whoever looks at the last of them sees them also when they are read again.
  asked.length = 0;
  await model.reload();
  assert.deepEqual(asked.map((url) => [url.includes("/groups"), url.includes("limit=")]), [[false, true], [true, false]]);
  assert.equal(model.line(249).key, "group run 249");
});

test("beside a name stands what a run is, unless all is well", () => {
  const columns = [{ field: { field: "metric.loss.last", kind: "metric" } }];
  const mark = (status, last) => markOf({ value: (field) => (field === "status" ? status : last) }, columns);
  assert.deepEqual(["failed", "lost", "running", "finished", "unknown", null].map((status) => mark(status, 1)), [
    "failed",
    "lost",
    "running",
    undefined,
    undefined,
    undefined,
  ]);
  assert.deepEqual(["finished", "running", "failed"].map((status) => mark(status, "NaN")), ["diverged", "diverged", "failed"]);
});

test("the best of a run that counts steps alone is at no epoch", () => {
  const [best, epoch] = ["metric.loss.best", "metric.loss.best_epoch"];
  const fields = [{ field: best, kind: "metric", metric: "loss" }, { field: epoch, kind: "metric", metric: "loss" }];
  const columns = { [best]: [0.25, 0.5], [epoch]: [0, 12] };
  const [column] = columnsOf(fields, (field) => columns[field]);
  const [bare, counted] = [0, 1].map((at) => runLine({ uuids: ["a", "b"], columns }, at));
  assert.deepEqual([cellText(column, bare), cellExact(column, bare)], ["0.2500", "0.25"]);
  assert.deepEqual([cellText(column, counted), cellExact(column, counted)], ["0.5000 @12", "0.5 at epoch 12"]);
  assert.equal(columnsOf(fields, (field) => [columns[field][0]])[0].behind, 0);
});

test("free room goes to what would be cut, and to nothing else", () => {
  const wanted = [{ least: 100, whole: 100 }, { least: 260, whole: 360 }, { least: 260, whole: 310 }];
  assert.deepEqual(widthsIn(500, wanted), [100, 260, 260]);
  assert.deepEqual(widthsIn(695, wanted), [100, 310, 285]);
  assert.deepEqual(widthsIn(2000, wanted), [100, 360, 310]);
});
