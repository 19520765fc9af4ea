// What nobody expects: records that were changed behind the store's back, ids that mean several runs,
// thousands of metrics or none, and names that break pages.
import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { launch, open, screenshot, Serving, until } from "./harness.mjs";
import { Client, strange } from "./seed.mjs";

let serving;
let browser;
let client;

before(async () => {
  serving = await Serving.start();
  client = new Client(serving.api);
  await strange(client);
  browser = await launch();
});

after(async () => {
  await browser?.close();
  await serving?.stop();
});

const model = (size) => ({ kind: "model", name: "MLP", arguments: { hidden_size: size } });

test("a record that was changed behind the store's back is told wherever it is shown", async (t) => {
  const folder = mkdtempSync(join(tmpdir(), "entia-tampered-"));
  const file = join(folder, "runs.json");
  const tampered = await Serving.start({ store: `json:${file}` });
  t.after(async () => {
    await tampered.stop();
    rmSync(folder, { recursive: true });
  });
  const there = new Client(tampered.api);
  await there.post("/runs", { experiment: "digits", id: "honest", modules: [model(32)] });
  const { modules } = await there.post("/runs", { experiment: "digits", id: "changed", modules: [model(4096)] });
  await tampered.kill("SIGTERM");
  const text = readFileSync(file, "utf8");
  assert.equal(text.split("4096").length, 2, "the argument stands once in the file");
  writeFileSync(file, text.replace("4096", "4097"));
  await tampered.begin();

  const { hash } = modules[0].record;
  const tab = await open(browser, tampered.origin);
  await tab.at("/runs/honest");
  await tab.page.locator(".verdict.good", { hasText: "✔ verified" }).waitFor();
  for (const path of ["/runs/changed", `/components/${hash}`]) {
    await tab.at(path);
    const verdict = tab.page.locator(".verdict.bad");
    await verdict.waitFor();
    assert.match(await verdict.innerText(), new RegExp(`✖\\s*.*record hashes to [0-9a-f]{10}…, id says ${hash.slice(0, 10)}…`));
  }
  await screenshot(tab.page, "component-tampered");
  await tab.at("/verify");
  await tab.page.getByRole("button", { name: "Verify" }).click();
  await tab.page.getByText("✖ 1 of 2 runs do not agree with their ids.").waitFor();
  assert.match(await tab.page.locator(".bad-run").innerText(), new RegExp(`changed.*model MLP.*id says ${hash}`, "s"));
  await screenshot(tab.page, "verify-tampered");
  assert.deepEqual(tab.faults, []);
  await tab.context.close();
});

test("the beginning of several ids names the runs that it may mean", async () => {
  const uuids = [];
  // One of them has its id as its name, which is said once.
  for (const [id, name] of [["twin-aaaa", ""], ["twin-bbbb", "twin-bbbb"]]) {
    uuids.push((await client.post("/runs", { experiment: "twins", id, name })).uuid);
  }
  assert.equal((await fetch(`${serving.api}/runs/twin`)).status, 300);
  const tab = await open(browser, serving.origin);
  await tab.at("/runs/twin");
  await tab.page.getByRole("heading", { level: 1, name: "Which run is twin?" }).waitFor();
  const links = tab.page.locator(".near a");
  await until("both", async () => (await links.count()) === 2);
  assert.deepEqual((await links.allInnerTexts()).sort(), ["twin-aaaa", "twin-bbbb"]);
  const paths = await links.evaluateAll((all) => all.map(({ pathname }) => pathname.split("/").at(-1)));
  assert.deepEqual(new Set(paths), new Set(uuids));
  await screenshot(tab.page, "ambiguous-run");
  await links.first().click();
  await tab.page.getByRole("heading", { level: 1, name: /^twin-(aaaa|bbbb)$/ }).waitFor();
  assert.deepEqual(tab.faults, []);
  await tab.context.close();
});

test("2,000 metrics fill no page, and one of them is found by its name", async () => {
  const tab = await open(browser, serving.origin);
  const nodes = () => tab.page.evaluate(() => document.querySelectorAll("*").length);
  await tab.at("/runs/many-metrics");
  await tab.page.locator(".plot-card canvas").first().waitFor();
  await tab.rest();
  assert.ok((await nodes()) <= 2500, `${await nodes()} elements on the page of the run`);
  await tab.at("/experiments/strange/plots");
  await tab.page.locator(".plot-card").first().waitFor();
  await tab.rest();
  assert.ok((await nodes()) <= 2500, `${await nodes()} elements on the page of plots`);
  const metrics = tab.page.getByRole("searchbox", { name: "Metrics" });
  await metrics.fill("layer.1999/norm");
  await tab.page.locator('.plot-card[aria-label="layer.1999/norm"]').waitFor();
  assert.equal(await tab.page.locator(".plot-card").count(), 1);
  assert.match(tab.page.url(), /[?&]m=layer\.1999\/norm/);
  await tab.at("/experiments/strange?cols=metric.%22layer.1999/norm%22.last&group=none");
  await tab.page.locator('tbody td[title^="285.57"]').waitFor();
  assert.deepEqual(tab.faults, []);
  await tab.context.close();
});

test("an experiment without metrics has a table, and says where plots would be", async () => {
  for (const [at, id] of ["one", "two"].entries()) {
    await client.post("/runs", { experiment: "unmeasured", id, modules: [model(16 * (at + 1))], params: { lr: 0.1 / (at + 1) } });
  }
  const tab = await open(browser, serving.origin);
  await tab.at("/experiments/unmeasured");
  await tab.page.locator("tbody th.name", { hasText: "one" }).waitFor();
  await tab.rest();
  const heads = await tab.page.locator("thead [data-field]").evaluateAll((all) => all.map(({ dataset }) => dataset.field));
  assert.ok(heads.includes("model.hidden_size") && heads.includes("param.lr"), String(heads));
  assert.equal(await tab.page.locator(".plot-card").count(), 0);
  await screenshot(tab.page, "table-unmeasured");
  await tab.at("/experiments/unmeasured/plots");
  await tab.page.getByText("There are no metrics.").waitFor();
  await tab.at("/experiments/unmeasured/explore");
  await tab.page.getByRole("heading", { level: 1 }).waitFor();
  await tab.rest();
  await tab.at("/runs/one");
  await tab.page.getByRole("heading", { level: 1, name: "one" }).waitFor();
  await tab.rest();
  assert.deepEqual(tab.faults, []);
  await tab.context.close();
});

test("an argument that is null in all runs that have it is no axis", async () => {
  const tab = await open(browser, serving.origin);
  await tab.at("/experiments/strange/explore");
  await tab.page.locator(".axis-name").first().waitFor();
  const names = await tab.page.locator(".axis-name").allInnerTexts();
  assert.ok(names.some((name) => name.includes("weight_decay")), String(names));
  assert.ok(!names.some((name) => /weight$/.test(name.trim())), String(names));
  assert.deepEqual(tab.faults, []);
  await tab.context.close();
});

test("names with markup, of 10,000 letters and from right to left break no page", async () => {
  const { runs } = await client.call("GET", "/runs?experiment=strange&limit=20");
  const uuids = runs.filter(({ name }) => name).map(({ uuid }) => uuid);
  const pages = {
    "/experiments/strange?group=none": ".grid tbody th",
    "/experiments/strange/plots?m=loss": ".plot-card canvas",
    "/experiments/strange/explore": ".parallel-line",
    [`/compare?ids=${uuids.join(",")}`]: ".compare tbody",
  };
  for (const uuid of uuids) pages[`/runs/${uuid}`] = "h1";
  const tab = await open(browser, serving.origin);
  for (const [path, awaited] of Object.entries(pages)) {
    await tab.at(path);
    await tab.page.locator(awaited).first().waitFor();
    await tab.rest();
    assert.equal(await tab.page.evaluate(() => window.broken), undefined, path);
    const wide = await tab.page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    assert.ok(wide <= 0, `${path} is ${wide} pixels wider than the window`);
    const high = await tab.page.evaluate(() => Math.max(0, ...[...document.querySelectorAll("h1, th")].map(({ offsetHeight }) => offsetHeight)));
    assert.ok(high <= 160, `${path} has a name that is ${high} pixels high`);
  }
  await tab.at("/experiments/strange?group=none");
  const arabic = tab.page.locator("tbody th.name a", { hasText: "مرحبا" });
  await arabic.waitFor();
  assert.equal(await arabic.evaluate((link) => getComputedStyle(link).direction), "rtl");
  const heights = await tab.page.locator("tbody tr:not([role])").evaluateAll((all) => all.map(({ offsetHeight }) => offsetHeight));
  assert.deepEqual([...new Set(heights)], [30]);
  assert.deepEqual(tab.faults, []);
  await tab.context.close();
});

test("an address of another version shows what it can on every page", async () => {
  const tab = await open(browser, serving.origin);
  for (const [path, awaited] of Object.entries({
    "/experiments/strange?cols=no.such&sort=-gone&group=none&facet=no&x=eons": ".grid tbody th",
    "/experiments/strange/plots?x=eons&y=cubic&z=b..a&sm=much&t=all&facet=no.such&g=?": ".plot-card canvas",
    "/experiments/strange/explore?kind=pie&axes=no.such,&brush=gone~1~2": "h1",
    "/runs/strange-0?x=eons&tab=none": ".plot-card canvas",
  })) {
    await tab.at(path);
    await tab.page.locator(awaited).first().waitFor();
    await tab.rest();
    assert.deepEqual(tab.faults, [], path);
  }
  await tab.context.close();
});
