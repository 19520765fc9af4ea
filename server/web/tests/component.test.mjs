// The page of a component: its arguments, where it is used, what is near, and how it is built again.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { launch, open, screenshot, Serving } from "./harness.mjs";
import { Client, digits } from "./seed.mjs";

let serving;
let browser;
let hash;

before(async () => {
  serving = await Serving.start();
  const client = new Client(serving.origin);
  await digits(client);
  await digits(client, "digits-again");
  const { modules } = await client.call("GET", "/runs/mlp-000?experiment=digits");
  hash = modules.find(({ kind }) => kind === "model").record.hash;
  browser = await launch();
});

after(async () => {
  await browser?.close();
  await serving?.stop();
});

test("its arguments and hash, checked, and its runs in all experiments", async () => {
  const { page, faults, context } = await open(browser, serving.origin);
  await page.goto(`${serving.origin}/components/${hash}`);
  await page.getByRole("heading", { level: 1, name: "MLP" }).waitFor();
  await page.locator(".verdict.good", { hasText: "✔ verified" }).waitFor();
  await page.getByText(hash, { exact: true }).waitFor();
  const values = await page.getByRole("region", { name: "Arguments" }).locator("dt").allInnerTexts();
  assert.deepEqual(new Set(values.map((text) => text.replace("● ", ""))), new Set(["inputs", "hidden_size", "outputs", "dropout", "activation"]));
  for (const name of ["digits", "digits-again"]) {
    const uses = page.locator(".uses", { has: page.getByRole("link", { name, exact: true }) });
    assert.match(await uses.locator("tbody tr").first().innerText(), /mlp-\d+\s+model\s+\d+/);
  }
  await screenshot(page, "component");
  assert.deepEqual(faults, []);
  await context.close();
});

test("the nearest differs in the fewest arguments, and leads on", async () => {
  const { page, context } = await open(browser, serving.origin);
  await page.goto(`${serving.origin}/components/${hash}`);
  const first = page.locator(".neighbours li").first();
  await first.waitFor();
  assert.match(await first.innerText(), /MLP [0-9a-f]{4,7}\s+1 argument differs\s+(hidden_size|activation)\s+\S+\s+→\s+\S+/);
  await first.getByRole("link").click();
  await page.waitForURL((url) => url.pathname.startsWith("/components/") && !url.pathname.endsWith(hash));
  await context.close();
});

test("code to build it again, in each language, or the reason why not", async () => {
  const { page, context } = await open(browser, serving.origin);
  await page.goto(`${serving.origin}/components/${hash}`);
  const panel = page.locator(".rebuild");
  for (const language of ["Rust", "Python", "JSON", "Command line"]) {
    await panel.getByRole("tab", { name: language }).click();
    await panel.locator("pre, .run-reason").first().waitFor();
    const text = await panel.innerText();
    assert.ok(text.includes("MLP") || text.includes(hash) || /Not rebuildable: \S+/.test(text), text);
  }
  await panel.getByRole("tab", { name: "JSON" }).click();
  await panel.getByRole("region", { name: "Code in json" }).waitFor();
  const { name } = JSON.parse(await panel.locator("pre").innerText());
  assert.equal(name, "MLP");
  assert.match(page.url(), /code=json/);
  await context.close();
});

test("a hash may be shortened, and one that is not here is answered", async () => {
  const { page, context } = await open(browser, serving.origin);
  await page.goto(`${serving.origin}/components/${hash.slice(0, 12)}`);
  await page.getByText(hash, { exact: true }).waitFor();
  await page.goto(`${serving.origin}/components/ffffffffffff`);
  await page.getByRole("heading", { name: "No component ffffffffffff here" }).waitFor();
  await context.close();
});
