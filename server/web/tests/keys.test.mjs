// Everything with the keyboard alone.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { launch, open, Serving, until } from "./harness.mjs";
import { Client, digits } from "./seed.mjs";

let serving;
let browser;

before(async () => {
  serving = await Serving.start();
  await digits(new Client(serving.origin));
  browser = await launch();
});

after(async () => {
  await browser?.close();
  await serving?.stop();
});

async function table() {
  const tab = await open(browser, serving.origin);
  await tab.at("/experiments/digits?group=none");
  await tab.page.locator(".grid tbody th").first().waitFor();
  return { ...tab, press: async (...keys) => { for (const key of keys) await tab.page.keyboard.press(key); } };
}

test("two runs are found, selected and compared, and the difference is opened", async () => {
  const tab = await table();
  await tab.press("j", "x", "j", "x");
  await tab.page.getByText("2 selected").first().waitFor();
  await tab.press("c");
  await tab.page.locator(".compare tbody").first().waitFor();
  const rows = () => tab.page.locator(".compare tbody tr").count();
  const few = await rows();
  await tab.press("d");
  await until("the equal rows", async () => (await rows()) > few);
  await tab.context.close();
});

test("the cells of the grid are reached with the arrows, and heads sort", async () => {
  const tab = await table();
  await tab.page.locator(".grid").focus();
  await tab.press("ArrowDown");
  const active = () => tab.page.locator(".grid").getAttribute("aria-activedescendant");
  assert.equal(await active(), "cell-0-1");
  await tab.press("ArrowRight", "ArrowRight");
  assert.equal(await active(), "cell-0-3");
  assert.equal(await tab.page.locator(`#${await active()}`).count(), 1);
  await tab.press("ArrowUp", "Enter");
  await tab.page.waitForURL(/sort=/);
  await tab.press("End", "ArrowDown", "PageDown");
  assert.match(await active(), /^cell-15-/);
  await tab.context.close();
});

test("enter opens the run, and g leads from page to page", async () => {
  const tab = await table();
  await tab.press("j", "Enter");
  await tab.page.waitForURL(/\/runs\//);
  await tab.page.goBack();
  await tab.page.locator(".grid tbody th").first().waitFor();
  await tab.press("g", "p");
  await tab.page.waitForURL(/\/experiments\/digits\/plots/);
  await tab.press("g", "e");
  await tab.page.waitForURL(/\/explore/);
  await tab.press("g", "l");
  await tab.page.waitForURL(/\/live/);
  await tab.context.close();
});

test("help lists the keys, commands are found by name, and single keys can be switched off", async () => {
  const tab = await table();
  await tab.press("?");
  await tab.page.getByText("Keys on this page").waitFor();
  await tab.press("Escape");
  await tab.page.getByText("Keys on this page").waitFor({ state: "hidden" });
  await tab.press(".");
  await tab.page.getByRole("combobox", { name: "Find a command" }).waitFor();
  await tab.page.keyboard.type("running");
  await tab.press("Enter");
  await tab.page.waitForURL(/\/live/);
  await tab.at("/settings");
  await tab.page.getByLabel("Single keys").uncheck();
  await tab.press("Tab", "g", "l");
  await tab.page.getByRole("heading", { name: "Settings" }).waitFor();
  assert.match(tab.page.url(), /\/settings$/);
  await tab.context.close();
});
