// What somebody meets who uses the dashboard for the first time.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { launch, open, Serving } from "./harness.mjs";
import { Client } from "./seed.mjs";

let serving;
let browser;
let client;

before(async () => {
  serving = await Serving.start();
  client = new Client(serving.api);
  browser = await launch();
});

after(async () => {
  await browser?.close();
  await serving?.stop();
});

/** A page on an address, with what went wrong on it. */
async function at(path, more) {
  const tab = await open(browser, serving.origin, more);
  await tab.at(path);
  return tab;
}

/** A run with a point of each series in each epoch. */
async function measured(experiment, id, names, epochs = 20) {
  const run = await client.post("/runs", { experiment, id, name: id });
  const epoch = Array.from({ length: epochs }, (_, index) => index + 1);
  const points = epoch.flatMap((at) => names.map((name, of) => ({ name, value: 1 / at + of, epoch: at, step: at * 10 })));
  await client.post(`/runs/${run.uuid}/points`, points);
  return run;
}

test("each phase beside training has a plot that says its name", async () => {
  await measured("phases", "one", ["train/loss", "val/loss", "test/loss", "val/accuracy"]);
  const { page, faults, context } = await at("/experiments/phases/plots");
  const heads = async (...wanted) => {
    for (const [index, text] of wanted.entries()) {
      await page.locator(".plot-head").nth(index).filter({ hasText: text }).waitFor();
    }
    assert.equal(await page.locator(".plot-head").count(), wanted.length);
  };
  await heads(/^accuracy\s*val⋯/, /^loss: test\s*test\s*train⋯/, /^loss: val\s*val\s*train⋯/);
  assert.equal(await page.getByLabel("Phase").locator("option").nth(1).innerText(), "Evaluation");
  await page.getByLabel("Phase").selectOption("train");
  await heads(/^accuracy/, /^loss\s*train⋯/);
  assert.deepEqual(faults, []);
  await context.close();
});
