// Each page in both themes and at both widths: it can be used by everybody, says nothing on the console,
// asks nobody else, and is kept as a picture.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { launch, open, screenshot, Serving, violations } from "./harness.mjs";
import { Client, seed } from "./seed.mjs";

let serving;
let browser;
let runs;
let client;

before(async () => {
  serving = await Serving.start();
  await seed(serving.api);
  client = new Client(serving.api);
  runs = (await client.call("GET", "/runs?experiment=digits&limit=20")).runs;
  browser = await launch();
});

after(async () => {
  await browser?.close();
  await serving?.stop();
});

const some = (count) => runs.slice(0, count).map(({ uuid }) => uuid).join(",");

/** By its name: the address, and what is there when the page is. */
const PAGES = {
  home: () => ["/", "table.home"],
  table: () => ["/experiments/digits", ".grid tbody th, .run-card"],
  "table-ungrouped": () => ["/experiments/digits?group=none", ".grid tbody th, .run-card"],
  "table-selected": () => [`/experiments/digits?sel=${some(3)}`, ".selection-bar"],
  "table-filtered": () => ["/experiments/digits?q=adam+lr<0.01", ".grid tbody th, .run-card"],
  "table-wrong-filter": () => ["/experiments/digits?q=lrr>0.1", ".filter-problem"],
  "table-no-match": () => ["/experiments/digits?q=adam+lr>100", ".empty h2"],
  "table-strange": () => ["/experiments/strange", ".grid tbody th, .run-card"],
  "table-empty": () => ["/experiments/empty", ".first-run"],
  "compare-two": () => [`/compare?ids=${some(2)}`, ".compare tbody"],
  "compare-five": () => [`/compare?diff=0&ids=${some(5)}`, ".compare tbody"],
  "compare-none": () => ["/compare", "h1"],
  plots: () => ["/experiments/digits/plots", ".plot-card canvas"],
  "plots-zoomed": () => ["/experiments/digits/plots?sm=0.6&y=log&z=5..30", ".plot-card canvas"],
  "plots-groups": () => ["/experiments/digits/plots?g=std", ".plot-card canvas"],
  "plots-long": () => ["/experiments/long/plots", ".plot-card canvas"],
  "plots-strange": () => ["/experiments/strange/plots", ".plot-card canvas"],
  "plots-empty": () => ["/experiments/empty/plots", ".plots-page > .muted"],
  explore: () => ["/experiments/digits/explore", ".parallel-line"],
  "explore-brushed": () => ["/experiments/digits/explore?brush=optimizer.lr~0.4~1&q=optimizer.lr+>=+0.01+and+optimizer.lr+<=+0.3", ".brush"],
  scatter: () => ["/experiments/digits/explore?kind=scatter", ".scatter-point"],
  importance: () => ["/experiments/digits/explore?kind=importance", ".importance tbody tr"],
  "explore-strange": () => ["/experiments/strange/explore", ".parallel-line"],
  run: () => ["/runs/mlp-004", ".plot-card canvas"],
  "run-failed": () => ["/runs/mlp-017", ".plot-card canvas"],
  "run-going": () => ["/runs/mlp-019", ".plot-card canvas"],
  "run-strange": () => ["/runs/strange-4", ".plot-card canvas"],
  "run-many-metrics": () => ["/runs/many-metrics", ".plot-card canvas"],
  "run-no-metrics": () => ["/runs/no-metrics", ".run-reason"],
  component: () => [`/components/${runs.find(({ id }) => id === "mlp-004").modules[0].record.hash}`, ".rebuild pre, .rebuild .run-reason"],
  "unknown-run": () => ["/runs/mlp-0", ".missing"],
  verify: () => ["/verify", "select"],
  live: async () => {
    const { uuid } = runs.find(({ id }) => id === "mlp-019");
    await client.post(`/runs/${uuid}/attempts`, {});
    return ["/live", ".live-run"];
  },
  about: () => ["/about", ".licences:not(:empty)"],
  settings: () => ["/settings", ".settings"],
  "unknown-experiment": () => ["/experiments/digit", ".missing"],
  "unknown-page": () => ["/nowhere/at/all", ".missing"],
};

/** Whether nothing is awaited any more: no grey lines, and the plots that there are have been drawn. */
function isDrawn() {
  const strip = document.querySelector(".strip");
  return !document.querySelector(".skeleton") && (!strip || strip.querySelector("canvas") !== null);
}

for (const theme of ["light", "dark"]) {
  for (const width of [1440, 390]) {
    test(`pages, ${theme}, ${width} wide`, async (t) => {
      for (const [name, page] of Object.entries(PAGES)) {
        await t.test(name, async () => {
          const [path, awaited] = await page();
          const tab = await open(browser, serving.origin, { theme, width });
          await tab.at(path);
          await tab.page.locator(awaited).first().waitFor();
          await tab.page.waitForFunction(isDrawn);
          await screenshot(tab.page, `${name}-${theme}-${width}`);
          assert.deepEqual(await violations(tab.page), []);
          assert.deepEqual(tab.faults, []);
          assert.equal(await tab.page.locator("h1").count(), 1, "one h1");
          assert.notEqual(await tab.page.title(), "");
          const overflow = await tab.page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
          assert.ok(overflow <= 0, `the page is ${overflow} pixels wider than the window`);
          await tab.context.close();
        });
      }
    });
  }
}

test("names with markup are shown as text, and nothing of them runs", async () => {
  const tab = await open(browser, serving.origin);
  await tab.at("/experiments/strange?group=none");
  await tab.page.getByText("<script>window.broken = 1</script>").first().waitFor();
  assert.equal(await tab.page.evaluate(() => window.broken), undefined);
  assert.deepEqual(tab.faults, []);
  await tab.context.close();
});
