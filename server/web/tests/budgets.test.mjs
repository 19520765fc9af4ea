// What a page of many runs may ask for, put into the document and draw anew. How long that takes is told, and
// decides over nothing: other programs may be at work here.
import assert from "node:assert/strict";
import { get } from "node:http";
import { after, before, test } from "node:test";
import { launch, open, quantile, scripting, Serving, until } from "./harness.mjs";
import { Client, curves, sweep } from "./seed.mjs";

const KB = 1024;

let serving;
let browser;

before(async () => {
  serving = await Serving.start();
  const client = new Client(serving.api);
  await sweep(client, 10_000);
  await sweep(client, 1000);
  await curves(client, 100, 500);
  browser = await launch();
});

after(async () => {
  await browser?.close();
  await serving?.stop();
});

async function table(path) {
  const tab = await open(browser, serving.origin);
  await tab.at(path);
  await tab.page.locator(".grid tbody th").first().waitFor();
  const nodes = () => tab.page.evaluate(() => document.querySelectorAll("*").length);
  return { ...tab, nodes };
}

test("a table of 10,000 runs asks for little and puts little into the document, at its end too", async () => {
  const tab = await table("/experiments/sweep-10000");
  const asked = await tab.page.evaluate(() =>
    performance.getEntriesByType("resource").filter(({ startTime }) => startTime < performance.now()).map(({ name }) => name),
  );
  // The rows come with the document, or are asked for by the script of the page.
  const first = Math.max(...["/api/v1/table", "/assets/page-"].map((part) => asked.findIndex((name) => name.includes(part))));
  // The document itself, and what was asked for up to the rows.
  assert.ok(first >= 0 && first + 2 <= 6, asked.join("\n"));
  assert.ok((await tab.nodes()) <= 1500, `${await tab.nodes()} elements at the top`);
  assert.equal(await tab.page.locator(".grid").getAttribute("aria-rowcount"), "10001");
  await tab.rest();

  const before = tab.requests.length;
  for (const [part, row] of [[1, 10_001], [0.5, 5001]]) {
    await tab.page.locator(".grid-box").evaluate((box, at) => (box.scrollTop = at * (box.scrollHeight - box.clientHeight)), part);
    await tab.page.locator(`tr[aria-rowindex="${row}"] th`).waitFor();
    assert.ok((await tab.nodes()) <= 1500, `${await tab.nodes()} elements at row ${row}`);
  }
  await tab.rest();
  const pages = tab.requests.slice(before).filter((url) => url.includes("/api/v1/table"));
  // A view may lie over the edge of two pages.
  assert.ok(pages.length <= 4, `what lies between is not read: ${pages.join("\n")}`);
  const uuids = await tab.page.locator("tbody th.name a").evaluateAll((all) => all.map(({ href }) => href));
  assert.equal(new Set(uuids).size, uuids.length);
  assert.deepEqual(tab.faults, []);
  await tab.context.close();
});

test("scrolling draws no more than the rows that come into view", async (t) => {
  const tab = await table("/experiments/sweep-10000");
  await tab.rest();
  await tab.page.evaluate(() => {
    globalThis.rows = 0;
    const count = (changes) => (globalThis.rows += changes.reduce((sum, { addedNodes }) => sum + addedNodes.length, 0));
    new MutationObserver(count).observe(document.querySelector(".grid tbody"), { childList: true });
  });
  const script = await scripting(tab.page);
  const spent = [];
  for (let at = 0; at < 60; at++) {
    spent.push(await script(() => tab.page.locator(".grid-box").evaluate((box) => (box.scrollTop += 60))));
  }
  t.diagnostic(`script at a scroll: p50 ${quantile(spent, 0.5).toFixed(1)} ms, p95 ${quantile(spent, 0.95).toFixed(1)} ms`);
  // Two lines at each of sixty, and once the space above them.
  const rows = await tab.page.evaluate(() => globalThis.rows);
  assert.ok(rows > 60 && rows <= 2 * 60 + 1, `${rows} rows`);
  await tab.context.close();
});

test("1,000 runs in twelve columns are at most 60 KB", async () => {
  const path = "/api/v1/table?experiment=sweep-1000&limit=1000";
  const { fields } = await (await fetch(serving.api + path)).json();
  const columns = fields.map(({ field }) => field).slice(0, 12);
  const url = `${serving.api}${path}&columns=${encodeURIComponent(columns.join(","))}`;
  const size = await new Promise((resolve, reject) => {
    get(url, { headers: { "accept-encoding": "gzip" } }, (answer) => {
      assert.equal(answer.headers["content-encoding"], "gzip");
      let bytes = 0;
      answer.on("data", (part) => (bytes += part.length)).on("end", () => resolve(bytes));
    }).on("error", reject);
  });
  assert.ok(size <= 60 * KB, `${size} bytes`);
});

test("the table of 1,000 runs and its first curve come with the first few requests", async (t) => {
  const all = [];
  for (let turn = 0; turn < 5; turn++) {
    const tab = await open(browser, serving.origin);
    await tab.page.addInitScript(watch);
    await tab.at("/experiments/sweep-1000");
    all.push(await until("the first curve", () => tab.page.evaluate(() => globalThis.seen.curve && globalThis.seen)));
    await tab.rest();
    // The document, its scripts and styles, rows, schema, points, and what the frame asks for.
    assert.ok(tab.requests.length <= 20, tab.requests.join("\n"));
    assert.deepEqual(tab.faults, []);
    await tab.context.close();
  }
  for (const what of ["paint", "rows", "curve"]) {
    t.diagnostic(`${what}: p50 ${Math.round(quantile(all.map((seen) => seen[what]), 0.5))} ms`);
  }
});

/** Notes in the page when something is there for the first time. */
function watch() {
  const seen = (globalThis.seen = {});
  new PerformanceObserver((list) => {
    for (const { name, startTime } of list.getEntries()) if (name === "first-contentful-paint") seen.paint = startTime;
  }).observe({ type: "paint", buffered: true });
  const look = () => {
    if (document.querySelector(".grid tbody th")) seen.rows ??= performance.now();
    if (document.querySelector(".strip .u-over")) seen.curve ??= performance.now();
  };
  new MutationObserver(look).observe(document, { childList: true, subtree: true });
}

test("a filter asks once for its table", async (t) => {
  const tab = await table("/experiments/sweep-1000?group=none");
  await tab.rest();
  const script = await scripting(tab.page);
  const before = tab.requests.length;
  const began = Date.now();
  await tab.page.keyboard.press("/");
  const spent = await script(async () => {
    await tab.page.keyboard.insertText("param.dropout>=0.3");
    await until("the filtered table", async () => /^\d+ of 1,000 runs$/.test(await tab.page.locator(".total").innerText()));
  });
  t.diagnostic(`${Date.now() - began} ms from the key to the table, ${spent.toFixed(1)} ms of them script`);
  await tab.rest();
  const tables = tab.requests.slice(before).filter((url) => url.includes("/api/v1/table"));
  assert.equal(tables.length, 1, tables.join("\n"));
  await tab.context.close();
});

test("100 runs in one plot are hovered, and zoomed with few points", async (t) => {
  const tab = await open(browser, serving.origin);
  await tab.at("/experiments/curves-100/plots?x=step");
  await tab.page.waitForFunction(() => globalThis.__plots?.loss?.traces.length === 100);
  await tab.rest();
  const script = await scripting(tab.page);
  const box = await tab.page.locator(".u-over").first().boundingBox();
  const hovers = [];
  for (let at = 1; at < 60; at++) {
    const place = [box.x + (box.width * at) / 60, box.y + box.height * (0.3 + 0.4 * Math.sin(at))];
    hovers.push(await script(() => tab.page.mouse.move(...place)));
  }
  const zooms = [];
  const range = () => tab.page.evaluate(() => globalThis.__plots.loss.x.join());
  for (let at = 0; at < 12; at++) {
    const before = await range();
    await tab.page.keyboard.down("Control");
    zooms.push(
      await script(async () => {
        await tab.page.mouse.wheel(0, at < 6 ? -100 : 100);
        await until("another range", async () => (await range()) !== before);
      }),
    );
    await tab.page.keyboard.up("Control");
  }
  const [hover, zoom] = [quantile(hovers, 0.95), quantile(zooms, 0.5)];
  t.diagnostic(`script at a hover: p95 ${hover.toFixed(1)} ms; at a zoom: p50 ${zoom.toFixed(1)} ms`);
  await tab.page.locator(".plot-tip").waitFor();
  await tab.rest();
  assert.ok((await tab.page.evaluate(() => globalThis.__plots.loss.kept)) <= 50_000);
  assert.deepEqual(tab.faults, []);
  await tab.context.close();
});
