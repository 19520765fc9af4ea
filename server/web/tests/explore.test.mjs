// Why runs differ: axes that are scaled and ordered as they should be, and brushes that filter.
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

const axes = (page) => page.locator(".axis-name").evaluateAll((all) => all.map((one) => one.innerText.split("\n").pop()));

/** Draws a brush along an axis, between two parts of its height from below. */
async function brush(page, field, from, to) {
  const at = (await axes(page)).indexOf(field);
  // Names stand in the order of the axes.
  const box = await page.locator(".brush-area").nth(at).boundingBox();
  const y = (part) => box.y + 6 + (1 - part) * (box.height - 12);
  await page.mouse.move(box.x + box.width / 2, y(from));
  await page.mouse.down();
  await page.mouse.move(box.x + box.width / 2, y(to), { steps: 4 });
  await page.mouse.up();
}

test("only what varies has an axis, numbers in their order, a wide one logarithmic", async () => {
  const { page, faults, context } = await open(browser, serving.origin);
  await page.goto(`${serving.origin}/experiments/digits/explore`);
  await page.locator(".parallel-line").first().waitFor();
  const names = await axes(page);
  for (const name of ["optimizer", "lr", "hidden_size", "activation", "seed"]) assert.ok(names.includes(name), name);
  for (const name of ["dropout", "batch_size", "inputs"]) assert.ok(!names.includes(name), name);
  assert.equal(await page.locator(".axis-name", { hasText: "optimizer · log" }).count(), 1);
  const labels = await page.locator(".parallel-axis").nth(names.indexOf("hidden_size")).locator("g > text > title").allTextContents();
  assert.deepEqual(labels, ["16", "32", "64", "128"]);
  assert.equal(await page.locator(".parallel-line").count(), 20);
  await screenshot(page, "explore-parallel");
  assert.deepEqual(faults, []);
  await context.close();
});

test("brushes on several axes are the filter of all pages; what is outside of them stays, in grey", async () => {
  const { page, context } = await open(browser, serving.origin);
  await page.goto(`${serving.origin}/experiments/digits/explore`);
  await page.locator(".parallel-line").first().waitFor();
  await brush(page, "lr", 0.75, 1);
  await page.waitForURL(/[?&]q=/);
  await until("some are grey", async () => (await page.locator(".parallel-line").count()) < 20);
  await brush(page, "hidden_size", 0, 0.3);
  const expected = "optimizer.lr >= 0.1 and optimizer.lr <= 0.3 and model.hidden_size >= 16 and model.hidden_size <= 32";
  await until("both are in the filter", () => new URL(page.url()).searchParams.get("q") === expected);
  const { runs } = await client.call("GET", `/runs?experiment=digits&query=${encodeURIComponent(expected)}`);
  await until("they alone are in colour", async () => (await page.locator(".parallel-line").count()) === runs.length);
  assert.equal(await page.locator(".brush").count(), 2);
  await page.reload();
  await page.locator(".brush").nth(1).waitFor();
  assert.equal(await page.locator(".parallel-line").count(), runs.length);
  await screenshot(page, "explore-brushed");
  await page.getByRole("button", { name: "Clear the brushes" }).click();
  await until("all are back", async () => (await page.locator(".parallel-line").count()) === 20);
  assert.ok(!page.url().includes("q="));
  await context.close();
});

test("an axis is moved by the arrow keys and by dragging its name, and the order is in the address", async () => {
  const { page, context } = await open(browser, serving.origin);
  await page.goto(`${serving.origin}/experiments/digits/explore`);
  await page.locator(".parallel-line").first().waitFor();
  const before = await axes(page);
  await page.locator(".axis-name").nth(1).focus();
  await page.keyboard.press("ArrowLeft");
  await until("it has moved", async () => (await axes(page))[0] === before[1]);
  const first = await page.locator(".axis-name").first().boundingBox();
  const third = await page.locator(".axis-name").nth(2).boundingBox();
  await page.mouse.move(first.x + first.width / 2, first.y + 10);
  await page.mouse.down();
  await page.mouse.move(third.x + third.width / 2, third.y + 10, { steps: 6 });
  await page.mouse.up();
  await until("it is the third", async () => (await axes(page))[2] === before[1]);
  const after = await axes(page);
  await page.reload();
  await page.locator(".parallel-line").first().waitFor();
  assert.deepEqual(await axes(page), after);
  await context.close();
});

test("a scatter plot begins with the argument of the greatest effect", async () => {
  const { page, context } = await open(browser, serving.origin);
  await page.goto(`${serving.origin}/experiments/digits/explore?kind=importance`);
  const rows = page.locator(".importance tbody tr");
  await rows.first().waitFor();
  const [field] = (await rows.first().innerText()).split(/\s/);
  assert.match(await rows.first().innerText(), /\d+ %\s+\d+\s+20$/);
  await page.getByRole("tab", { name: "Scatter" }).click();
  await page.locator(".scatter-point").first().waitFor();
  assert.equal(await page.locator(".explore-hint select").first().evaluate((one) => one.value), field);
  assert.equal(await page.locator(".scatter-point").count(), 20);
  await screenshot(page, "explore-scatter");
  const [link] = await page.locator(".scatter a").all();
  assert.match(await link.getAttribute("aria-label"), /^mlp-\d+: .+, .+ [\d.]+$/);
  await context.close();
});

test("of fewer than eight runs nothing is said", async () => {
  for (let at = 0; at < 7; at += 1) {
    const { uuid } = await client.post("/runs", { experiment: "few", id: `few-${at}`, params: { lr: at / 10 } });
    await client.post(`/runs/${uuid}/points`, [{ name: "loss", value: at, step: 1 }]);
  }
  const { page, context } = await open(browser, serving.origin);
  await page.goto(`${serving.origin}/experiments/few/explore?kind=importance`);
  const refused = page.locator(".explore-page [role=alert]");
  await refused.waitFor();
  assert.match(await refused.innerText(), /8|eight/);
  await context.close();
});
