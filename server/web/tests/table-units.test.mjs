// The table without a browser: which value is the best, and how the groups of many runs are read.
import assert from "node:assert/strict";
import { mock, test } from "node:test";
import { load } from "./units.mjs";

globalThis.location ??= new URL("http://127.0.0.1/");
globalThis.document ??= { readyState: "complete", getElementById: () => null };
const { bestOf } = await load("src/table/best.ts");
const { TableModel } = await load("src/table/model.ts");

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
