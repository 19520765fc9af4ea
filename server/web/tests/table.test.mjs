// The table: what it shows first, how it is sorted, filtered, grouped and changed.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { launch, open, Serving, until } from "./harness.mjs";
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

async function table(path = "/experiments/digits?group=none", more) {
  const tab = await open(browser, serving.origin, more);
  await tab.at(path);
  await tab.page.locator(".grid tbody th, .empty").first().waitFor();
  return tab;
}

/** The texts of a column. */
async function column(page, field) {
  const head = page.locator(`thead th[data-field="${field}"]`);
  const at = await head.getAttribute("aria-colindex");
  return page.locator(`tbody td[aria-colindex="${at}"]`).allInnerTexts();
}

// Beside the name may be a mark of the status.
const names = (page) => page.locator("tbody th.name > :is(a, button)").allInnerTexts();
const numbers = (texts) => texts.map((text) => Number(text.replace("−", "-").split("\n")[0].split(" ")[0]));

test("what varies is a column, what does not stands in a line, and the best comes first in bold", async () => {
  const tab = await table();
  const heads = await tab.page.locator("thead [data-field]").evaluateAll((all) => all.map(({ dataset }) => dataset.field));
  for (const field of ["model.hidden_size", "model.activation", "optimizer", "optimizer.lr", "param.seed"]) {
    assert.ok(heads.includes(field), `${field} is in ${heads}`);
  }
  assert.ok(!heads.includes("model.dropout") && !heads.includes("param.batch_size"), String(heads));
  const constant = await tab.page.locator(".constant").innerText();
  assert.match(constant, /Same in all 20:/);
  assert.match(constant, /batch_size\s+64/);
  const sorted = await tab.page.locator('thead th[aria-sort]:not([aria-sort="none"])').count();
  assert.equal(sorted, 1);
  const bold = await tab.page.locator("tbody tr").first().locator(".best").count();
  assert.ok(bold >= 1, "the first line has the best of a column");
  const cut = (cells) => cells.filter((cell) => cell.scrollWidth > cell.clientWidth).map((cell) => cell.innerText);
  assert.deepEqual(await tab.page.locator("tbody td.number").evaluateAll(cut), []);
  await tab.context.close();
});

test("a constant becomes a column by a click, and hiding it takes it away", async () => {
  const tab = await table();
  await tab.page.locator(".fact", { hasText: "batch_size" }).click();
  await tab.page.locator('thead th[data-field="param.batch_size"] .head').waitFor();
  assert.match(tab.page.url(), /cols=param\.batch_size/);
  assert.deepEqual([...new Set(await column(tab.page, "param.batch_size"))], ["64"]);
  await tab.page.locator('thead th[data-field="param.batch_size"]').hover();
  await tab.page.locator('thead th[data-field="param.batch_size"] .column-menu button').first().click();
  await tab.page.getByRole("button", { name: "Hide" }).click();
  await tab.page.locator('thead th[data-field="param.batch_size"] .head').waitFor({ state: "detached" });
  assert.deepEqual(tab.faults, []);
  await tab.context.close();
});

test("a click on a head sorts, another turns it round, with shift a second key is added", async () => {
  const tab = await table();
  const head = tab.page.locator('thead th[data-field="optimizer.lr"] .head');
  await head.click();
  await tab.page.waitForFunction(() => location.search.includes("sort=optimizer.lr"));
  await until("the order", async () => {
    const found = numbers(await column(tab.page, "optimizer.lr"));
    return found.every((value, at) => at === 0 || found[at - 1] <= value);
  });
  await head.click();
  await until("the order turned round", async () => {
    const found = numbers(await column(tab.page, "optimizer.lr"));
    return found.every((value, at) => at === 0 || found[at - 1] >= value);
  });
  await tab.page.locator('thead th[data-field="param.seed"] .head').click({ modifiers: ["Shift"] });
  await tab.page.waitForFunction(() => location.search.includes("sort=-optimizer.lr,param.seed"));
  await until("both orders", async () => {
    const [rates, seeds] = [numbers(await column(tab.page, "optimizer.lr")), numbers(await column(tab.page, "param.seed"))];
    return rates.every((rate, at) => at === 0 || rates[at - 1] > rate || (rates[at - 1] === rate && seeds[at - 1] <= seeds[at]));
  });
  await tab.page.goBack();
  await tab.page.waitForFunction(() => location.search.includes("sort=-optimizer.lr") && !location.search.includes("seed"));
  await tab.context.close();
});

test("typing filters table and head at once; what is wrong is told and the last table stays", async () => {
  const tab = await table();
  await tab.page.keyboard.press("/");
  await tab.page.keyboard.type("adam lr>0.01");
  await until("the filtered table", async () => (await tab.page.locator(".total").innerText()).includes("of 20 runs"));
  await until("the rows of it", async () => numbers(await column(tab.page, "optimizer.lr")).every((rate) => rate > 0.01));
  const shown = await names(tab.page);
  assert.ok(shown.length > 0 && shown.length < 20, String(shown));

  await tab.page.keyboard.insertText(" lrr<1");
  const problem = tab.page.locator(".filter-problem");
  await problem.waitFor();
  assert.match(await problem.innerText(), /lrr/);
  assert.match(await problem.innerText(), /Did you mean `lr`\?\s.*Still showing: /s);
  assert.equal(await tab.page.locator(".filter-wrong").innerText(), "lrr<1");
  assert.deepEqual(await names(tab.page), shown, "the last good table stays");
  await tab.page.getByRole("button", { name: "Use lr" }).click();
  await problem.waitFor({ state: "detached" });
  assert.equal(await tab.page.locator(".filter input").inputValue(), "adam lr>0.01 lr<1");
  await tab.context.close();
});

test("a name that is being typed does not empty the table", async () => {
  const tab = await table();
  const before = await names(tab.page);
  await tab.page.keyboard.press("/");
  await tab.page.locator("#filter-list li").first().waitFor();
  await tab.page.keyboard.type("hidden");
  await tab.page.getByText("hidden_size").first().waitFor();
  assert.equal(await tab.page.locator(".total").innerText(), "20 runs");
  assert.deepEqual(await names(tab.page), before);
  await tab.page.keyboard.type("_size>64");
  await until("the wide ones", async () => (await tab.page.locator(".total").innerText()) === "5 of 20 runs");
  await tab.context.close();
});

test("completion offers names and values with how often they are there", async () => {
  const tab = await table();
  await tab.page.keyboard.press("/");
  await tab.page.keyboard.type("activ");
  const options = tab.page.locator("#filter-list li");
  await options.first().waitFor();
  assert.match(await options.first().innerText(), /activation\s+2 values, 20 runs/);
  await tab.page.keyboard.press("ArrowDown");
  await tab.page.keyboard.press("Enter");
  await tab.page.keyboard.type("=Le");
  await options.filter({ hasText: "LeakyReLU" }).waitFor();
  assert.match(await options.first().innerText(), /activation=LeakyReLU\s+4 runs/);
  await tab.page.keyboard.press("ArrowDown");
  await tab.page.keyboard.press("Enter");
  await until("four runs", async () => (await tab.page.locator(".total").innerText()) === "4 of 20 runs");
  await tab.context.close();
});

test("who types on while a choice is taken loses no letter", async () => {
  const tab = await table();
  await tab.page.keyboard.press("/");
  await tab.page.keyboard.type("activ");
  await tab.page.locator("#filter-list li").first().waitFor();
  await tab.page.keyboard.press("ArrowDown");
  // The next letter comes before the browser has drawn again.
  await tab.page.evaluate(async () => {
    const input = document.activeElement;
    input.dispatchEvent(new KeyboardEvent("keydown", { key: "Enter", bubbles: true, cancelable: true }));
    await new Promise((resolve) => queueMicrotask(() => queueMicrotask(resolve)));
    document.execCommand("insertText", false, "=");
    await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
  });
  await tab.page.keyboard.type("Le");
  assert.equal(await tab.page.locator(".filter input").inputValue(), "activation=Le");
  await tab.context.close();
});

test("a filter that finds nothing says which term excludes most, and is cleared", async () => {
  const tab = await table("/experiments/digits?q=adam lr>100&group=none");
  await tab.page.getByText("0 of 20 runs").first().waitFor();
  await tab.page.getByText("excludes most").waitFor();
  assert.match(await tab.page.locator(".empty").innerText(), /lr>100 excludes most/);
  await tab.page.getByRole("button", { name: "Clear", exact: true }).click();
  await until("all runs", async () => (await names(tab.page)).length >= 10);
  assert.ok(!tab.page.url().includes("q="), tab.page.url());
  await tab.context.close();
});

test("repeats are one line with mean and spread, which opens", async () => {
  const tab = await table("/experiments/digits");
  const group = tab.page.locator("tr.group-row").first();
  await group.waitFor();
  assert.match(await group.innerText(), /×3/);
  assert.match(await group.innerText(), /±/);
  const before = await tab.page.locator("tbody th.name").count();
  await group.locator(".group-open").click();
  await until("three more lines", async () => (await tab.page.locator("tbody th.name").count()) === before + 3);
  await tab.context.close();
});

test("the curve of a group is the mean of its runs", async () => {
  for (const [seed, first] of [4, 2].entries()) {
    const { uuid } = await client.post("/runs", { experiment: "means", id: `mean-${seed}`, params: { seed, lr: 1 } });
    const points = [1, 2, 3].map((epoch) => ({ name: "loss", phase: "test", value: first / epoch, epoch, step: epoch }));
    await client.post(`/runs/${uuid}/points`, points);
  }
  const { groups } = await client.call("GET", "/groups?experiment=means&columns=spark:metric.loss[test]");
  assert.deepEqual(groups.map(({ values }) => values["spark:metric.loss[test]"]), [[3, 1.5, 1]]);
  const tab = await table("/experiments/means");
  await tab.page.locator("tr.group-row .spark path").waitFor();
  await tab.context.close();
});

test("a run whose last loss is no number is said to have diverged", async () => {
  for (const [id, last] of [["fine", 0.5], ["gone", "NaN"]]) {
    const { uuid } = await client.post("/runs", { experiment: "ends", id, params: { lr: id.length } });
    const points = [1, last].map((value, epoch) => ({ name: "loss", phase: "test", value, epoch, step: epoch }));
    await client.post(`/runs/${uuid}/points`, points);
    const { id: attempt } = await client.post(`/runs/${uuid}/attempts`, {});
    await client.call("PATCH", `/runs/${uuid}/attempts/${attempt}`, { outcome: "finished" });
  }
  const tab = await table("/experiments/ends?group=none");
  const row = (name) => tab.page.locator("tbody tr", { has: tab.page.getByRole("rowheader", { name }) });
  await row("gone").getByText("diverged").waitFor();
  assert.match(await row("fine").locator(".status").innerText(), /^✓\s*finished$/);
  await tab.context.close();
});

test("runs are selected with the mouse and with shift, and compared", async () => {
  const tab = await table();
  const boxes = tab.page.locator("tbody .pick input");
  await boxes.nth(1).click();
  await boxes.nth(3).click({ modifiers: ["Shift"] });
  await tab.page.getByText("3 selected").first().waitFor();
  await tab.page.getByRole("button", { name: "Compare" }).click();
  await tab.page.locator(".compare tbody").first().waitFor();
  assert.equal(await tab.page.locator("h1").innerText(), "Compare 3 runs");
  await tab.page.goBack();
  await tab.page.getByText("3 selected").first().waitFor();
  await tab.context.close();
});

test("a run is renamed, tagged and archived, and archiving is undone", async () => {
  const { uuid } = await client.post("/runs", { experiment: "change", id: "one", params: { lr: 1 } });
  await client.post("/runs", { experiment: "change", id: "two", params: { lr: 2 } });
  const tab = await table("/experiments/change?sort=optimizer.lr&sel=" + uuid);
  await tab.page.getByRole("button", { name: "Rename" }).click();
  await tab.page.locator("dialog input").fill("renamed");
  await tab.page.locator("dialog button[type=submit]").click();
  await tab.page.locator("tbody th.name", { hasText: "renamed" }).waitFor();
  await tab.page.getByRole("button", { name: "Tag", exact: true }).click();
  await tab.page.locator("dialog input").first().fill("ok");
  await tab.page.locator("dialog input").nth(1).fill("yes");
  await tab.page.locator("dialog button[type=submit]").click();
  await until("the tag", async () => (await client.call("GET", `/runs/${uuid}`)).tags.ok === "yes");
  await tab.page.getByRole("button", { name: "Archive" }).click();
  await until("one run less", async () => (await tab.page.locator(".total").innerText()) === "1 run");
  await tab.page.getByRole("button", { name: "Undo" }).click();
  await until("the run again", async () => (await tab.page.locator(".total").innerText()) === "2 runs");
  assert.deepEqual(tab.faults, []);
  await tab.context.close();
});

test("the address holds all that is shown", async () => {
  const tab = await table("/experiments/digits?cols=optimizer,metric.loss[test].min,status&group=none&q=adam&sort=-metric.loss[test].min");
  const state = async (page) => ({
    heads: await page.locator("thead [data-field]").evaluateAll((all) => all.map(({ dataset }) => dataset.field)),
    names: await names(page),
    filter: await page.locator(".filter input").inputValue(),
    sorted: await page.locator('[aria-sort="descending"]').innerText(),
  });
  const first = await state(tab.page);
  assert.deepEqual(first.heads, ["optimizer", "metric.loss[test].min", "status"]);
  await tab.page.reload();
  await tab.page.locator(".grid tbody th").first().waitFor();
  assert.deepEqual(await state(tab.page), first);
  await tab.context.close();
});

test("a long address becomes a view of eight characters that shows the same", async () => {
  const all = await client.call("GET", "/runs?experiment=digits&limit=12");
  const uuids = all.runs.map(({ uuid }) => uuid);
  const tab = await table(`/experiments/digits?group=none&sel=${uuids.slice(0, 11).join(",")}`);
  const box = tab.page.locator("tbody .pick input:not(:checked)").first();
  await box.click();
  await tab.page.waitForURL(/\?v=[0-9a-f]{8}$/);
  await tab.page.reload();
  await tab.page.getByText("12 selected").first().waitFor();
  assert.ok(tab.page.url().length < 120, tab.page.url());
  await tab.context.close();
});

test("columns are moved by dragging and drawn wider, which the browser remembers", async () => {
  const tab = await table();
  const head = (field) => tab.page.locator(`thead th[data-field="${field}"]`);
  await head("optimizer.lr").dragTo(head("model.hidden_size"));
  await tab.page.waitForURL(/cols=/);
  const order = () => tab.page.locator("thead [data-field]").evaluateAll((all) => all.map(({ dataset }) => dataset.field));
  await until("the column at its new place", async () => {
    const all = await order();
    return all.indexOf("optimizer.lr") === all.indexOf("model.hidden_size") - 1;
  });
  const before = (await head("optimizer.lr").boundingBox()).width;
  const edge = await head("optimizer.lr").locator(".edge").boundingBox();
  await tab.page.mouse.move(edge.x + 4, edge.y + 10);
  await tab.page.mouse.down();
  await tab.page.mouse.move(edge.x + 64, edge.y + 10, { steps: 4 });
  await tab.page.mouse.up();
  const wider = (await head("optimizer.lr").boundingBox()).width;
  assert.ok(wider > before + 50, `${before} became ${wider}`);
  await tab.page.reload();
  await head("optimizer.lr").waitFor();
  assert.equal((await head("optimizer.lr").boundingBox()).width, wider);
  await tab.context.close();
});

test("values are shown short and copied with all digits", async () => {
  const tab = await table();
  const cell = tab.page.locator("tbody td.best").first();
  const [shown, exact] = [await cell.innerText(), await cell.getAttribute("title")];
  assert.ok(shown.split(" ")[0].length <= 7, shown);
  assert.ok(exact.length >= shown.split(/[\s@]/)[0].length, `${exact} has all digits of ${shown}`);
  await tab.context.close();
});

test("a table is exported as CSV, JSON and LaTeX with the runs of the filter", async () => {
  const tab = await table("/experiments/digits?group=none&q=adam lr>0.01");
  await tab.page.locator(".export button").click();
  for (const format of ["CSV", "JSON", "LaTeX table"]) {
    const href = await tab.page.getByRole("link", { name: format, exact: true }).getAttribute("href");
    const answer = await fetch(serving.origin + href);
    assert.equal(answer.status, 200, `${href}: ${await answer.clone().text()}`);
    const text = await answer.text();
    for (const name of await names(tab.page)) assert.ok(text.includes(name), `${format} has ${name}`);
  }
  await tab.context.close();
});
