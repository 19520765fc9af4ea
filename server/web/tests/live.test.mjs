// What happens while a page is open: runs that come and change, a server that goes and comes back.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { launch, open, Serving, until } from "./harness.mjs";
import { Client } from "./seed.mjs";

let serving;
let browser;
let client;

before(async () => {
  serving = await Serving.start();
  client = new Client(serving.origin);
  browser = await launch();
});

after(async () => {
  await browser?.close();
  await serving?.stop();
});

/** An experiment of its own with some runs, shown in the order in which they are written down. */
async function shown(experiment, count = 3) {
  const uuids = [];
  for (let at = 0; at < count; at++) {
    const made = { experiment, id: `${experiment}-${at}`, name: `${experiment}-${at}`, params: { lr: at + 1 } };
    const { uuid } = await client.post("/runs", made);
    await client.post(`/runs/${uuid}/points`, { name: "loss", phase: "test", value: 1 + at, epoch: 1, step: 1 });
    uuids.push(uuid);
  }
  const tab = await open(browser, serving.origin);
  await tab.at(`/experiments/${experiment}?sort=param.lr`);
  await tab.page.locator(".live-dot.live").waitFor();
  await tab.page.locator(".grid tbody th").first().waitFor();
  return { ...tab, uuids };
}

test("a value that is logged is in its cell at once, and nothing moves", async (t) => {
  const tab = await shown("cells", 40);
  await tab.page.locator(".grid-box").evaluate((box) => (box.scrollTop = 300));
  await tab.page.locator('tr[aria-rowindex="12"] .pick input').click();
  const began = Date.now();
  await client.post(`/runs/${tab.uuids[12]}/points`, { name: "loss", phase: "test", value: 0.125, epoch: 2, step: 2 });
  await tab.page.locator('tr[aria-rowindex="14"] td[title="0.125"]').first().waitFor();
  t.diagnostic(`${Date.now() - began} ms from the point to the cell`);
  assert.equal(await tab.page.locator(".grid-box").evaluate((box) => box.scrollTop), 300);
  assert.equal(await tab.page.locator("tbody .pick input:checked").count(), 1);
  assert.deepEqual(tab.faults, []);
  await tab.context.close();
});

test("new runs wait under a pill, and a click shows them", async () => {
  const tab = await shown("pill");
  for (const [lr, id] of ["new-a", "new-b", "new-c"].entries()) {
    await client.post("/runs", { experiment: "pill", id, params: { lr: 10 + lr } });
  }
  await tab.page.getByRole("button", { name: "3 new runs" }).waitFor();
  assert.equal(await tab.page.locator("tbody th.name").count(), 3);
  await tab.page.getByRole("button", { name: "3 new runs" }).click();
  await until("six runs", async () => (await tab.page.locator("tbody th.name").count()) === 6);
  await tab.context.close();
});

test("the first run of an empty experiment appears by itself", async () => {
  await client.post("/experiments", { name: "nothing" });
  const tab = await open(browser, serving.origin);
  await tab.at("/experiments/nothing");
  await tab.page.getByText("No run yet").waitFor();
  await tab.page.locator(".live-dot.live").waitFor();
  await client.post("/runs", { experiment: "nothing", id: "the-first" });
  await tab.page.locator("tbody th.name", { hasText: "the-first" }).waitFor();
  await tab.context.close();
});

test("a server that is gone is told, the page stays usable, and what was missed comes", async () => {
  const tab = await shown("away");
  await serving.kill();
  await tab.page.locator(".banner").waitFor();
  assert.match(await tab.page.locator(".banner").innerText(), /^Lost connection, showing data of .+, (retry in \d+ s|retrying)$/);
  assert.equal(await tab.page.locator("tbody th.name").count(), 3);
  await tab.page.locator('thead th[data-field="param.lr"] .head').click();
  assert.equal(await tab.page.locator("tbody th.name").count(), 3);
  await serving.begin();
  await client.post(`/runs/${tab.uuids[1]}/points`, { name: "loss", phase: "test", value: 0.375, epoch: 2, step: 2 });
  await tab.page.locator(".banner").waitFor({ state: "detached" });
  await tab.page.locator('td[title="0.375"]').first().waitFor();
  await tab.context.close();
});

test("tabs of a browser share one connection, and the next goes on when the first is closed", async () => {
  const tab = await shown("tabs");
  const second = await tab.context.newPage();
  const streams = [];
  second.on("request", (request) => request.url().includes("/api/v1/events") && streams.push(request.url()));
  await second.goto(`${serving.origin}/experiments/tabs?sort=param.lr`);
  await second.locator(".live-dot.live").waitFor();
  await second.locator(".grid tbody th").first().waitFor();
  assert.deepEqual(streams, []);
  await client.post(`/runs/${tab.uuids[0]}/points`, { name: "loss", phase: "test", value: 0.625, epoch: 2, step: 2 });
  await second.locator('td[title="0.625"]').first().waitFor();
  await tab.page.close();
  await until("a connection of the second tab", () => streams.length > 0);
  await client.post(`/runs/${tab.uuids[0]}/points`, { name: "loss", phase: "test", value: 0.875, epoch: 3, step: 3 });
  await second.locator('td[title="0.875"]').first().waitFor();
  await tab.context.close();
});

test("what runs is shown with its progress", async () => {
  const { uuid } = await client.post("/runs", { experiment: "now", id: "runner", params: { epochs: 10 } });
  await client.post(`/runs/${uuid}/attempts`, {});
  const tab = await open(browser, serving.origin, { width: 390 });
  await tab.at("/live");
  const card = tab.page.locator(".live-run", { hasText: "runner" });
  await card.waitFor();
  for (let epoch = 1; epoch <= 3; epoch++) {
    await client.post(`/runs/${uuid}/points`, { name: "loss", phase: "test", value: 1 / epoch, epoch, step: epoch });
    await client.call("PATCH", `/runs/${uuid}`, { epoch });
  }
  await card.locator("p", { hasText: "Epoch 3 of 10" }).waitFor();
  await card.getByText("0.3333").waitFor();
  await tab.context.close();
});
