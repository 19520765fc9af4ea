// The page of a run: how it went, where it ran, and what it left.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { launch, open, screenshot, Serving, until } from "./harness.mjs";
import { Client, digits } from "./seed.mjs";

let serving;
let browser;
let client;

before(async () => {
  serving = await Serving.start();
  client = new Client(serving.origin);
  await digits(client);
  browser = await launch();
});

after(async () => {
  await browser?.close();
  await serving?.stop();
});

const figure = (page, name) => page.locator(".figure-card", { has: page.getByText(name, { exact: true }) });

test("the best values, with where they were, and how far the run came", async () => {
  const { page, faults, context } = await open(browser, serving.origin);
  await page.goto(`${serving.origin}/runs/mlp-004`);
  const { metrics } = await client.call("GET", "/runs/mlp-004?experiment=digits");
  const { min, min_at } = metrics.find(({ last }) => last.name === "loss" && last.phase === "test");
  const best = figure(page, "Best test/loss");
  await best.waitFor();
  assert.equal(await best.locator("dd").first().getAttribute("title"), String(min));
  assert.match(await best.innerText(), new RegExp(`at epoch ${min_at.epoch}, last 0\\.\\d+`));
  assert.match(await figure(page, "Epoch").innerText(), /50 \/ 50\s+all are done/);
  await page.getByText("The run that the paper is about.").waitFor();
  await page.getByText("baseline: yes").waitFor();
  await page.locator(".verdict.good", { hasText: "✔ verified" }).waitFor();
  await screenshot(page, "run");
  assert.deepEqual(faults, []);
  await context.close();
});

test("a run of the same components knows how many there are, and which it is", async () => {
  const { page, context } = await open(browser, serving.origin);
  await page.goto(`${serving.origin}/runs/mlp-000`);
  const rank = figure(page, "Same components");
  await rank.waitFor();
  assert.match(await rank.innerText(), /[34] runs\s+this is the (best|2nd best|3rd best|4th best)/);
  await rank.getByRole("link").click();
  await page.waitForURL(/\/experiments\/digits\?q=/);
  await context.close();
});

test("a run that failed says why, and its attempt says where it ran and from which source", async () => {
  const { page, context } = await open(browser, serving.origin);
  await page.goto(`${serving.origin}/runs/mlp-017`);
  await page.locator(".run-reason", { hasText: "Failed: CUDA out of memory: 2.1 GB asked, 1.4 GB free" }).waitFor();
  const attempt = page.locator(".attempt");
  assert.match(await attempt.innerText(), /on turing\s+at 4f0c9b1 on main with changes that are not committed/);
  await attempt.locator("summary").click();
  for (const text of ["NVIDIA A100", "digits --lr 0.01", "/home/ada/digits", "1.95.0"]) await attempt.getByText(text).waitFor();
  await screenshot(page, "run-failed");
  await context.close();
});

test("pictures and texts are shown, and the rest can be downloaded as it was put", async () => {
  const { page, faults, context } = await open(browser, serving.origin);
  await page.goto(`${serving.origin}/runs/mlp-004`);
  const artifact = (name) => page.locator(".artifact", { hasText: name });
  await artifact("confusion.png").waitFor();
  for (const name of ["confusion.png", "curve.svg"]) {
    const image = artifact(name).locator("img");
    await image.scrollIntoViewIfNeeded();
    await until(`${name} is drawn`, () => image.evaluate((one) => one.complete && one.naturalWidth > 0));
  }
  await artifact("report.json").getByRole("button", { name: "Show" }).click();
  await artifact("report.json").getByText('"note": "ünïcode ✓"').waitFor();
  await page.locator(".log", { hasText: "epoch 399: loss 0.0025" }).waitFor();
  const [download] = await Promise.all([
    page.waitForEvent("download"),
    artifact("weights.safetensors").getByRole("link", { name: "Download" }).click(),
  ]);
  assert.equal(download.suggestedFilename(), "weights.safetensors");
  assert.match(await artifact("weights.safetensors").innerText(), /300 kB/);
  assert.deepEqual(faults, []);
  await context.close();
});

test("a run that goes on is followed", async () => {
  const { page, context } = await open(browser, serving.origin);
  await page.goto(`${serving.origin}/runs/mlp-019`);
  await figure(page, "Epoch").waitFor();
  assert.match(await figure(page, "Epoch").innerText(), /31 \/ 50/);
  await page.getByRole("progressbar", { name: "Epoch 31 of 50" }).waitFor();
  const { uuid } = await client.call("GET", "/runs/mlp-019?experiment=digits");
  await client.post(`/runs/${uuid}/points`, [{ name: "loss", phase: "test", value: 0.01, epoch: 32, step: 2880 }]);
  await client.call("PATCH", `/runs/${uuid}`, { epoch: 32 });
  await until("the next epoch", async () => /32 \/ 50/.test(await figure(page, "Epoch").innerText()));
  await until("the new best", async () => /0\.01\s+at epoch 32/.test(await figure(page, "Best test/loss").innerText()));
  await context.close();
});

test("name, notes and tags are changed where they stand, and archiving can be undone", async () => {
  const { page, faults, context } = await open(browser, serving.origin);
  await page.goto(`${serving.origin}/runs/mlp-005`);
  await page.getByRole("button", { name: "Edit" }).click();
  await page.getByLabel("Name").fill("the second");
  await page.getByLabel("Notes").fill("worth <b>another</b> look");
  await page.getByLabel(/^Tags/).fill("kept\ndata: small");
  await screenshot(page, "run-edit");
  await page.getByRole("button", { name: "Save" }).click();
  await page.getByRole("heading", { level: 1, name: "the second" }).waitFor();
  await page.getByText("worth <b>another</b> look").waitFor();
  const changed = await client.call("GET", "/runs/mlp-005?experiment=digits");
  assert.deepEqual(changed.tags, { kept: "", data: "small" });
  await page.getByRole("button", { name: "Archive", exact: true }).click();
  await page.getByRole("button", { name: "Take out of the archive" }).waitFor();
  await page.getByRole("button", { name: "Undo" }).click();
  await page.getByRole("button", { name: "Archive", exact: true }).waitFor();
  assert.equal((await client.call("GET", "/runs/mlp-005?experiment=digits")).archived, false);
  assert.deepEqual(faults, []);
  await context.close();
});

test("where there is no such run, what is near is named", async () => {
  const { page, context } = await open(browser, serving.origin);
  await page.goto(`${serving.origin}/runs/mlp-0044`);
  await page.getByRole("heading", { name: "No run mlp-0044 here" }).waitFor();
  await page.locator(".near a", { hasText: "mlp-004" }).click();
  await page.getByRole("heading", { level: 1, name: "mlp-004" }).waitFor();
  await context.close();
});
