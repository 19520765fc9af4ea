// What is shown where something is not as it should be.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { execFileSync } from "node:child_process";
import { BINARY, launch, open, Serving, until } from "./harness.mjs";
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

test("an unknown experiment is said to be unknown, and the nearest are named", async () => {
  const tab = await open(browser, serving.origin);
  await tab.at("/experiments/digit");
  await tab.page.getByRole("heading", { name: "No experiment digit here" }).waitFor();
  await tab.page.getByRole("link", { name: "digits", exact: true }).click();
  await tab.page.locator(".grid tbody th").first().waitFor();
  await tab.context.close();
});

test("an address of another version shows what it can", async () => {
  const tab = await open(browser, serving.origin);
  await tab.at("/experiments/digits?cols=no.such.column&sort=-nothing&what=ever&group=none");
  await tab.page.locator(".grid tbody th").first().waitFor();
  await tab.at("/experiments/digits?v=00000000");
  await tab.page.locator(".grid tbody th").first().waitFor();
  assert.deepEqual(tab.faults, []);
  await tab.context.close();
});

test("a server that may only be read says why nothing can be changed", async () => {
  const reading = await Serving.start({ store: serving.store, options: ["--read-only"] });
  const all = await client.call("GET", "/runs?experiment=digits&limit=1");
  const tab = await open(browser, reading.origin);
  await tab.at(`/experiments/digits?sel=${all.runs[0].uuid}`);
  const archive = tab.page.getByRole("button", { name: "Archive" });
  await archive.waitFor();
  await until("the reason", async () => (await archive.getAttribute("title")) !== null);
  assert.ok(await archive.isDisabled());
  assert.match(await archive.getAttribute("title"), /read-only/);
  await tab.context.close();
  await reading.stop();
});

test("a call that fails says so where it failed, with a way to try again", async () => {
  const tab = await open(browser, serving.origin);
  await tab.page.route("**/api/v1/table**", (route) => route.abort());
  // What is chosen in the address does not come with the page.
  await tab.at("/experiments/digits?group=none");
  await tab.page.locator(".error-box").waitFor();
  assert.match(await tab.page.locator(".error-box").innerText(), /does not answer/);
  await tab.page.unroute("**/api/v1/table**");
  await tab.page.getByRole("button", { name: "Retry" }).click();
  await tab.page.locator(".grid tbody th").first().waitFor();
  await tab.context.close();
});

test("verify tells of how many, and that all agree", async () => {
  const tab = await open(browser, serving.origin);
  await tab.at("/verify");
  await tab.page.getByRole("button", { name: "Verify" }).click();
  await tab.page.getByText(/All \d+ runs hash to their ids/).waitFor();
  await tab.context.close();
});

test("an empty store says how the first run is logged", async () => {
  const empty = await Serving.start();
  const tab = await open(browser, empty.origin);
  await tab.at("/");
  await tab.page.getByText("Log the first one").waitFor();
  await tab.page.getByRole("tab", { name: "Shell" }).click();
  assert.match(await tab.page.locator("pre.code").innerText(), new RegExp(empty.origin));
  await new Client(empty.origin).post("/runs", { experiment: "first", id: "one" });
  await tab.page.locator("tbody th.name", { hasText: "one" }).waitFor();
  assert.match(tab.page.url(), /\/experiments\/first$/, "the one experiment is opened");
  await tab.context.close();
  await empty.stop();
});

test("names with slashes, quotes and letters of all kinds lead to their pages", async () => {
  for (const name of ["a/b c", `quotes "'&<b>`, "naïve 🦀 名前", "مرحبا"]) {
    await client.post("/runs", { experiment: name, id: "one" });
    const tab = await open(browser, serving.origin);
    await tab.at("/");
    await tab.page.getByRole("link", { name, exact: true }).click();
    await tab.page.locator("tbody th.name").first().waitFor();
    assert.equal(await tab.page.locator("h1").innerText(), name);
    await tab.page.reload();
    await tab.page.locator("tbody th.name").first().waitFor();
    assert.deepEqual(tab.faults, []);
    await tab.context.close();
  }
});

test("where a token is asked for, signing in leads back to the page that was meant", async () => {
  const closed = await Serving.start();
  await new Client(closed.origin).post("/runs", { experiment: "secret", id: "one" });
  const words = ["--store", closed.store, "token", "create", "reader", "--role", "read"];
  const told = execFileSync(BINARY, words, { encoding: "utf8" });
  const token = /entia_[A-Za-z0-9_-]+/.exec(told)?.[0] ?? told.trim().split(/\s+/).at(-1);
  await closed.kill();
  await closed.begin();
  const tab = await open(browser, closed.origin);
  await tab.at("/experiments/secret?group=none");
  await tab.page.getByLabel("Token").fill(token);
  await tab.page.getByRole("button", { name: "Sign in" }).click();
  await tab.page.locator("tbody th.name", { hasText: "one" }).waitFor();
  assert.match(tab.page.url(), /\/experiments\/secret\?group=none$/);
  await tab.at("/about");
  await tab.page.getByText("reader").waitFor();
  await tab.page.getByRole("button", { name: "Sign out" }).click();
  await tab.page.getByLabel("Token").waitFor();
  await tab.context.close();
  await closed.stop();
});
