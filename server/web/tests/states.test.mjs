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

test("a server that may only be read says why nothing can be changed", async (t) => {
  const reading = await Serving.start({ store: serving.store, options: ["--read-only"] });
  t.after(() => reading.stop());
  const all = await client.call("GET", "/runs?experiment=digits&limit=1");
  const tab = await open(browser, reading.origin);
  await tab.at(`/experiments/digits?sel=${all.runs[0].uuid}`);
  const archive = tab.page.getByRole("button", { name: "Archive" });
  await archive.waitFor();
  await until("the reason", async () => (await archive.getAttribute("title")) !== null);
  assert.ok(await archive.isDisabled());
  assert.match(await archive.getAttribute("title"), /read-only/);
  await tab.context.close();
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
  await tab.page.getByText(/All \d+ runs with components hash to their ids/).waitFor();
  await tab.context.close();
});

test("an empty store says how the first run is logged", async (t) => {
  const empty = await Serving.start();
  t.after(() => empty.stop());
  const tab = await open(browser, empty.origin);
  await tab.at("/");
  await tab.page.getByText("Log the first one").waitFor();
  await tab.page.getByRole("tab", { name: "Shell" }).click();
  assert.match(await tab.page.locator("pre.code").innerText(), new RegExp(empty.origin));
  await new Client(empty.origin).post("/runs", { experiment: "first", id: "one" });
  await tab.page.locator("tbody th.name", { hasText: "one" }).waitFor();
  assert.match(tab.page.url(), /\/experiments\/first$/, "the one experiment is opened");
  await tab.context.close();
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

/** A page of a server that asks for tokens, signed in with one that `revoke` ends; `other` is good as well. */
async function signedIn(t) {
  const closed = await Serving.start();
  t.after(() => closed.stop());
  await new Client(closed.api).post("/runs", { experiment: "secret", id: "one", params: { lr: 0.1 } });
  const tokens = (...words) => execFileSync(BINARY, ["--store", closed.store, "token", ...words], { encoding: "utf8", stdio: "pipe" });
  const [token, other] = ["reader", "another"].map((name) => tokens("create", name, "--role", "read").trim());
  const isRefused = async () => {
    const answer = await fetch(`${closed.api}/api/v1/about`, { headers: { authorization: `Bearer ${token}` } });
    return answer.status === 401;
  };
  const revoke = () => tokens("revoke", "reader");
  // The server reads the tokens once a second.
  await until("tokens asked for", async () => (await fetch(`${closed.api}/api/v1/about`)).status === 401);
  const tab = await open(browser, closed.origin);
  await tab.at("/experiments/secret?group=none");
  await signIn(tab, token);
  return { closed, tab, other, revoke, isRefused };
}

async function signIn(tab, token) {
  await tab.page.getByLabel("Token").fill(token);
  await tab.page.getByRole("button", { name: "Sign in" }).click();
  await tab.page.locator("tbody th.name", { hasText: "one" }).waitFor();
}

test("where a token is asked for, signing in leads back to the page that was meant", async (t) => {
  const { tab } = await signedIn(t);
  assert.match(tab.page.url(), /\/experiments\/secret\?group=none$/);
  await tab.at("/about");
  await tab.page.getByText("reader").waitFor();
  await tab.page.getByRole("button", { name: "Sign out" }).click();
  await tab.page.getByLabel("Token").waitFor();
  await tab.context.close();
});

test("a token that ends under an open page is asked for anew, and the page is as it was", async (t) => {
  const { tab, other, revoke, isRefused } = await signedIn(t);
  await tab.page.locator(".live-dot.live").waitFor();
  await tab.page.keyboard.press("/");
  await tab.page.locator("#filter-list li").first().waitFor();
  await tab.rest();
  revoke();
  await until("the token refused", isRefused);
  // What the page asks for next is refused.
  await tab.page.keyboard.insertText("lr<1");
  await signIn(tab, other);
  assert.match(tab.page.url(), /\/experiments\/secret\?group=none&q=lr%3C1$/);
  assert.equal(await tab.page.locator(".filter input").inputValue(), "lr<1");
  await tab.context.close();
});

test("a token that has ended while the server was away is asked for when it is back", async (t) => {
  const { closed, tab, other, revoke } = await signedIn(t);
  await tab.page.locator(".live-dot.live").waitFor();
  await closed.kill();
  await tab.page.locator(".banner").waitFor();
  revoke();
  await closed.begin();
  await signIn(tab, other);
  assert.match(tab.page.url(), /\/experiments\/secret\?group=none$/);
  await tab.context.close();
});
