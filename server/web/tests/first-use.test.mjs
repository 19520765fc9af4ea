// What somebody meets who uses the dashboard for the first time.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { launch, open, Serving } from "./harness.mjs";
import { Client } from "./seed.mjs";

let serving;
let browser;
let client;

before(async () => {
  serving = await Serving.start();
  client = new Client(serving.api);
  browser = await launch();
});

after(async () => {
  await browser?.close();
  await serving?.stop();
});

/** A page on an address, with what went wrong on it. */
async function at(path, more) {
  const tab = await open(browser, serving.origin, more);
  await tab.at(path);
  return tab;
}

/** A run with a point of each series in each epoch. */
async function measured(experiment, id, names, epochs = 20) {
  const run = await client.post("/runs", { experiment, id, name: id });
  const epoch = Array.from({ length: epochs }, (_, index) => index + 1);
  const points = epoch.flatMap((at) => names.map((name, of) => ({ name, value: 1 / at + of, epoch: at, step: at * 10 })));
  await client.post(`/runs/${run.uuid}/points`, points);
  return run;
}

test("each phase beside training has a plot that says its name", async () => {
  await measured("phases", "one", ["train/loss", "val/loss", "test/loss", "val/accuracy"]);
  const { page, faults, context } = await at("/experiments/phases/plots");
  const heads = async (...wanted) => {
    for (const [index, text] of wanted.entries()) {
      await page.locator(".plot-head").nth(index).filter({ hasText: text }).waitFor();
    }
    assert.equal(await page.locator(".plot-head").count(), wanted.length);
  };
  await heads(/^accuracy\s*val⋯/, /^loss: test\s*test\s*train⋯/, /^loss: val\s*val\s*train⋯/);
  const phase = page.getByTitle("Which phases are shown (t)").locator("select");
  assert.equal(await phase.locator("option").nth(1).innerText(), "Evaluation");
  await phase.selectOption("train");
  await heads(/^accuracy/, /^loss\s*train⋯/);
  assert.deepEqual(faults, []);
  await context.close();
});

test("the tooltip of a plot stays in the window, beside the pointer", async () => {
  await measured("tips", "a-run-with-a-name-that-makes-the-tooltip-as-wide-as-it-may-be", ["train/loss", "val/loss", "test/loss"]);
  for (const width of [1440, 390]) {
    const { page, context } = await at("/experiments/tips/plots", { width });
    const plot = page.locator(".plot-canvas").first();
    await plot.locator("canvas").first().waitFor();
    const frame = await plot.boundingBox();
    const line = async (part) => {
      const x = frame.x + 56 + (frame.width - 70) * part;
      const tip = page.locator(".plot-tip");
      for (let y = frame.y + 5; y < frame.y + frame.height - 30; y += 15) {
        await page.mouse.move(x, y);
        if (await tip.count()) return { tip: await tip.boundingBox(), x, y };
      }
      return undefined;
    };
    let seen = 0;
    for (const part of [0.05, 0.3, 0.45, 0.55, 0.7, 0.95]) {
      const found = await line(part);
      if (!found) continue;
      seen += 1;
      const { tip, x, y } = found;
      assert.ok(tip.x >= 0 && tip.x + tip.width <= width, `${tip.x} to ${tip.x + tip.width} at ${x} of ${width}`);
      const isUnder = x >= tip.x && x <= tip.x + tip.width && y >= tip.y && y <= tip.y + tip.height;
      assert.ok(!isUnder, `the tooltip covers the pointer at ${x}, ${y} of ${width}`);
    }
    assert.ok(seen > 3, `${seen} tooltips at ${width}`);
    await context.close();
  }
});

test("the table says beside its name that a run failed, and no head is cut where there is room", async () => {
  for (const [id, points] of [["good", [1, 0.5]], ["broken", [1, "NaN"]]]) {
    const { uuid } = await client.post("/runs", { experiment: "heads", id, name: id, params: { learning_rate: id.length } });
    const series = ["loss", "l", "accuracy"].flatMap((name) => points.map((value, step) => ({ name, value, step: step + 1 })));
    await client.post(`/runs/${uuid}/points`, series);
  }
  const { page, faults, context } = await at("/experiments/heads?cols=metric.l.last,metric.l.best,metric.loss.last,param.learning_rate&sort=-metric.l.last");
  await page.locator("tbody tr", { hasText: "broken" }).locator("th").getByRole("img", { name: "diverged" }).waitFor();
  assert.equal(await page.locator("tbody tr", { hasText: "good" }).locator("th [role=img]").count(), 0);
  assert.equal(await page.locator("th[data-field=status]").count(), 0);
  const cut = () => page.locator(".head-name .ellipsis").evaluateAll((all) => all.filter((one) => one.scrollWidth > one.clientWidth).map((one) => one.innerText));
  assert.deepEqual(await cut(), []);
  assert.match(await page.locator(".sorted .sort-sign").getAttribute("title"), /^sorted, largest first$/);
  assert.ok(!(await page.locator("tbody").innerText()).includes("@0"));
  assert.deepEqual(faults, []);
  await context.close();
});

test("the links that the client of MLflow prints lead to the run and to the experiment", async () => {
  const mlflow = async (path, body) => {
    const answer = await fetch(`${serving.api}/api/2.0/mlflow/${path}`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
    });
    assert.equal(answer.status, 200, path);
    return answer.json();
  };
  const { experiment_id } = await mlflow("experiments/create", { name: "from mlflow" });
  const { run } = await mlflow("runs/create", { experiment_id, run_name: "printed", start_time: Date.now() });
  const link = `/#/experiments/${experiment_id}`;
  const { page, faults, context } = await at(`${link}/runs/${run.info.run_id}`);
  await page.getByRole("heading", { level: 1, name: "printed" }).waitFor();
  assert.equal(page.url(), `${serving.origin}/runs/${run.info.run_id}`);
  // One more in the same tab, where the browser loads nothing.
  await page.evaluate((hash) => (location.hash = hash), link.slice(1));
  await page.waitForURL(`${serving.origin}/experiments/from%20mlflow`);
  await page.locator("th.name", { hasText: "printed" }).waitFor();
  await page.goto(serving.origin + "/#/experiments/no-such-id");
  await page.waitForURL(`${serving.origin}/`);
  assert.deepEqual(faults, []);
  await context.close();
});

test("what is refused is said in the dialog, the problem and what to do as two sentences", async () => {
  for (const name of ["taken", "other"]) await client.post("/experiments", { name });
  const { page, context } = await at("/");
  await page.getByRole("button", { name: "New experiment" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("Name").fill("taken");
  await dialog.getByRole("button", { name: "Create" }).click();
  const said = dialog.getByRole("alert").locator("p");
  await said.first().waitFor();
  assert.equal(await said.count(), 2);
  for (const text of await said.allInnerTexts()) assert.match(text, /^\P{Ll}.*\.$/u);
  assert.equal(await page.locator(".toast").count(), 0);
  await dialog.getByLabel("Name").fill("free");
  await dialog.getByRole("button", { name: "Create" }).click();
  await page.waitForURL(`${serving.origin}/experiments/free`);
  await context.close();
});

test("a long name of a run wraps, a very long one ends in dots, and a run that failed says so once", async () => {
  const name = "resnet-18-with-a-very-long-name-of-all-that-was-tried_".repeat(3);
  const { uuid } = await client.post("/runs", { experiment: "failing", id: "long", name });
  const { id } = await client.post(`/runs/${uuid}/attempts`, { provenance: { host: "here" } });
  await client.call("PATCH", `/runs/${uuid}/attempts/${id}`, { outcome: { failed: { reason: "failed" } } });
  for (const width of [390, 1440]) {
    const { page, context } = await at(`/runs/${uuid}`, { width });
    const head = page.locator("h1");
    await head.waitFor();
    assert.ok(await head.evaluate((one) => one.scrollWidth <= one.clientWidth && one.getBoundingClientRect().right <= innerWidth));
    assert.equal(await head.getAttribute("title"), name);
    const hidden = () => head.evaluate((one) => one.scrollHeight - one.clientHeight);
    assert.ok(width === 390 || (await hidden()) <= 1, "all of the name is there");
    await client.call("PATCH", `/runs/${uuid}`, { name: "x".repeat(5000) });
    await page.reload();
    await page.locator("h1", { hasText: "xxx" }).waitFor();
    assert.ok((await head.evaluate((one) => one.clientHeight)) < 200 && (await hidden()) > 0);
    await client.call("PATCH", `/runs/${uuid}`, { name });
    await page.locator(".events .is-bad", { hasText: /Attempt failed$/ }).waitFor();
    assert.match(await page.locator(".attempt .status").innerText(), /^\S\s+failed$/);
    assert.equal(await page.locator(".run-reason").count(), 0);
    await context.close();
  }
});

test("an empty experiment can be renamed, and shows how a run is logged to this server", async () => {
  await client.post("/experiments", { name: "nothing yet" });
  const { page, context } = await at("/experiments/nothing%20yet");
  await page.getByRole("button", { name: "Change nothing yet" }).click();
  await page.getByRole("button", { name: "Rename" }).waitFor();
  await page.keyboard.press("Escape");
  for (const language of ["Rust", "Shell", "Python (MLflow)"]) {
    await page.getByRole("tab", { name: language }).click();
    assert.ok((await page.locator(".first-run .code").innerText()).includes(serving.origin), language);
  }
  await page.locator(".code", { hasText: 'mlflow.set_experiment("nothing yet")' }).waitFor();
  await context.close();
});

test("a filter that is not understood covers nothing, and says what is shown", async () => {
  await measured("filtered", "one", ["loss"]);
  const { page, context } = await at("/experiments/filtered?q=lozz>0.1");
  const problem = page.locator(".filter-problem");
  await problem.getByText("No run has `lozz`.").waitFor();
  await problem.getByText("Still showing: all runs").waitFor();
  const [above, bar] = [await problem.boundingBox(), await page.locator(".toolbar").boundingBox()];
  assert.ok(above.y + above.height <= bar.y, `${above.y + above.height} over ${bar.y}`);
  const height = await page.evaluate(() => document.documentElement.scrollHeight);
  assert.ok(height <= 900, `the page is ${height} high`);
  await page.locator(".filter input").fill("one");
  await problem.waitFor({ state: "detached" });
  await page.locator(".filter input").fill("one lozz<1");
  await problem.getByText("Still showing: one").waitFor();
  await context.close();
});
