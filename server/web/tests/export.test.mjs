// What is saved from a plot: files that others can read, with the numbers that were logged.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, test } from "node:test";
import { launch, open, Serving } from "./harness.mjs";
import { Client, digits } from "./seed.mjs";

let serving;
let browser;
let tab;
const ADDRESS = "/experiments/digits/plots?y=log&z=5..40";

before(async () => {
  serving = await Serving.start();
  await digits(new Client(serving.origin));
  browser = await launch();
  tab = await open(browser, serving.origin, { permissions: ["clipboard-read", "clipboard-write"] });
  await tab.at(ADDRESS);
  await tab.page.locator('.plot-card[aria-label="loss"] canvas').first().waitFor();
});

after(async () => {
  await browser?.close();
  await serving?.stop();
});

async function choose(name) {
  await tab.page.getByRole("button", { name: "More for loss" }).click();
  await tab.page.locator(".menu-list").getByText(name, { exact: true }).click();
}

/** The bytes of the file that is saved by an entry of the menu. */
async function saved(name) {
  const [download] = await Promise.all([tab.page.waitForEvent("download"), choose(name)]);
  return { file: download.suggestedFilename(), bytes: readFileSync(await download.path()) };
}

test("an SVG parses, has title, axes and legend, and tells its address", async () => {
  const { file, bytes } = await saved("Save as SVG");
  assert.equal(file, "digits-loss.svg");
  const found = await tab.page.evaluate((text) => {
    const parsed = new DOMParser().parseFromString(text, "image/svg+xml");
    const all = [...parsed.querySelectorAll("text")].map((one) => one.textContent);
    return {
      isBroken: parsed.querySelector("parsererror") !== null,
      title: parsed.querySelector("svg > title").textContent,
      source: parsed.getElementsByTagName("dc:source")[0].textContent,
      lines: parsed.querySelectorAll("g path").length,
      background: parsed.querySelector("rect").getAttribute("fill"),
      all,
    };
  }, bytes.toString("utf8"));
  assert.ok(!found.isBroken);
  assert.equal(found.title, "digits: loss");
  assert.equal(found.source, serving.origin + ADDRESS);
  assert.equal(found.lines, 40);
  assert.equal(found.background, "#fff");
  for (const text of ["epoch", "loss", "digits: loss", "10"]) assert.ok(found.all.includes(text), text);
  assert.equal(found.all.filter((text) => /^mlp-\d+ (test|train)$/.test(text)).length, 20);
});

test("a PNG is twice as large as the SVG, and tells its address", async () => {
  const { file, bytes } = await saved("Save as PNG");
  assert.equal(file, "digits-loss.png");
  assert.equal(bytes.toString("latin1", 1, 4), "PNG");
  assert.equal(bytes.readUInt32BE(16), 1440);
  assert.ok(bytes.includes(`Source\0\0\0\0\0${serving.origin}${ADDRESS}`));
});

test("LaTeX is copied, with the axes of the view", async () => {
  await choose("Copy as pgfplots");
  await tab.page.getByText("Copied the plot for pgfplots.").waitFor();
  const text = await tab.page.evaluate(() => navigator.clipboard.readText());
  assert.match(text, /\\begin\{tikzpicture\}[\s\S]*ymode=log[\s\S]*xmin=5,\s*xmax=40[\s\S]*\\end\{tikzpicture\}/);
  assert.equal(text.match(/\\addplot/g).length, 40);
});

test("the CSV has all points that were logged, whatever is zoomed", async () => {
  const { file, bytes } = await saved("Save all points as CSV");
  assert.equal(file, "loss.csv");
  const [head, ...rows] = bytes.toString("utf8").trim().split(/\r?\n/);
  const columns = head.split(",");
  // Eighteen runs of 50 epochs, one that failed in its 12th and one that is in its 31st, in two phases.
  assert.equal(rows.length, 2 * (18 * 50 + 12 + 31));
  const of = (row, name) => row.split(",")[columns.indexOf(name)];
  const client = new Client(serving.origin);
  const [run] = (await client.call("GET", `/runs?experiment=digits&query=${encodeURIComponent('id = "mlp-004"')}`)).runs;
  const { histories } = await client.post("/series", { runs: [run.uuid], series: [["loss", "test"]] });
  const { epochs, numbers } = histories[0].series;
  const own = rows.filter((row) => row.includes("mlp-004") && of(row, "phase") === "test");
  assert.deepEqual(own.map((row) => [Number(of(row, "epoch")), Number(of(row, "value"))]), epochs.map((epoch, at) => [epoch, numbers[at]]));
});
