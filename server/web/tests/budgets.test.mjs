// What the page may weigh, ask for and put into the document.
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { launch, open, Serving } from "./harness.mjs";
import { Client, sweep } from "./seed.mjs";

const assets = join(dirname(fileURLToPath(import.meta.url)), "../dist/assets");
const page = readFileSync(join(assets, "../index.html"), "utf8");
const packed = (name) => gzipSync(readFileSync(join(assets, name)), { level: 9 }).length;
const KB = 1024;

test("a table is at most 50 KB of scripts and styles, and what a page loads for itself 15 KB", () => {
  const files = readdirSync(assets);
  const first = [...page.matchAll(/\/assets\/([^"]+)/g)].map(([, name]) => name);
  // What pages share, and uPlot, are loaded once and by none alone.
  const own = files.filter((name) => name.endsWith(".js") && !/^(main|chunk|uPlot)/.test(name));
  for (const name of own) assert.ok(packed(name) <= 15 * KB, `${name} is ${packed(name)} bytes`);
  const largest = Math.max(...own.map(packed));
  const sum = first.map(packed).reduce((total, size) => total + size, largest);
  assert.ok(sum <= 50 * KB, `${sum} bytes are loaded before the first row`);
  const all = files.map(packed).reduce((total, size) => total + size, 0);
  assert.ok(all <= 125 * KB, `all are ${all} bytes`);
});

let serving;
let browser;

before(async () => {
  serving = await Serving.start();
  await sweep(new Client(serving.api), 10_000);
  browser = await launch();
});

after(async () => {
  await browser?.close();
  await serving?.stop();
});

test("a table of 10,000 runs asks for little and puts little into the document", async () => {
  const tab = await open(browser, serving.origin);
  await tab.at("/experiments/sweep-10000");
  await tab.page.locator(".grid tbody th").first().waitFor();
  const asked = await tab.page.evaluate(() =>
    performance.getEntriesByType("resource").filter(({ startTime }) => startTime < performance.now()).map(({ name }) => name),
  );
  // The rows come with the document, or are asked for by the script of the page.
  const first = Math.max(...["/api/v1/table", "/assets/page-"].map((part) => asked.findIndex((name) => name.includes(part))));
  // The document itself, and what was asked for up to the rows.
  assert.ok(first >= 0 && first + 2 <= 6, asked.join("\n"));
  const nodes = () => tab.page.evaluate(() => document.querySelectorAll("*").length);
  assert.ok((await nodes()) <= 1500, `${await nodes()} elements at the top`);
  assert.equal(await tab.page.locator(".grid").getAttribute("aria-rowcount"), "10001");

  await tab.page.locator(".grid-box").evaluate((box) => (box.scrollTop = box.scrollHeight));
  // All pages up to the last are read, one after the other.
  await tab.page.locator('tr[aria-rowindex="10001"] th').waitFor({ timeout: 180_000 });
  assert.ok((await nodes()) <= 1500, `${await nodes()} elements at the end`);
  assert.deepEqual(tab.faults, []);
  await tab.context.close();
});

test("scrolling takes little of a frame", async () => {
  const tab = await open(browser, serving.origin);
  await tab.at("/experiments/sweep-10000");
  await tab.page.locator(".grid tbody th").first().waitFor();
  const session = await tab.context.newCDPSession(tab.page);
  await session.send("Performance.enable");
  const scripted = async () => {
    const { metrics } = await session.send("Performance.getMetrics");
    return metrics.find(({ name }) => name === "ScriptDuration").value * 1000;
  };
  const frames = 60;
  const before = await scripted();
  await tab.page.evaluate(async (count) => {
    const box = document.querySelector(".grid-box");
    for (let at = 0; at < count; at++) {
      box.scrollTop += 60;
      await new Promise(requestAnimationFrame);
    }
  }, frames);
  const each = ((await scripted()) - before) / frames;
  // 8 ms on a machine of its own; others may be at work here.
  assert.ok(each <= 24, `${each.toFixed(1)} ms of script for each frame`);
  await tab.context.close();
});
