// The plots: no spike is lost, everything is in the address, and what comes in is drawn as it comes.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { frames, launch, open, screenshot, Serving, until } from "./harness.mjs";
import { Client, digits, spikes, strange } from "./seed.mjs";
import { dice } from "./units.mjs";

let serving;
let browser;
let client;

before(async () => {
  serving = await Serving.start();
  client = new Client(serving.origin);
  await digits(client);
  await strange(client);
  for (const steps of [20_000, 100_000]) await spikes(client, steps);
  browser = await launch();
});

after(async () => {
  await browser?.close();
  await serving?.stop();
});

/** What a plot draws now, without the arrays that nobody asks for. */
const drawn = (page, name = "loss") =>
  page.evaluate((key) => {
    const plot = globalThis.__plots?.[key];
    return (
      plot && {
        axis: plot.axis,
        x: plot.x,
        y: plot.y,
        kept: plot.kept,
        total: plot.total,
        marks: plot.marks,
        traces: plot.traces.map(({ run, phase, line }) => ({ run, phase, points: line.values.length, total: line.total })),
      }
    );
  }, name);

/** The points that a plot draws of a line, with their true steps. */
const points = (page, run) =>
  page.evaluate((uuid) => {
    const trace = globalThis.__plots.loss.traces.find((one) => one.run === uuid);
    return [...trace.from].flatMap((at, slot) => (at < 0 ? [] : [{ step: trace.line.steps[at], value: trace.y[slot] }]));
  }, run);

const ready = (page, name = "loss") => until(`the plot of ${name}`, () => drawn(page, name));

describe("spikes", () => {
  for (const steps of [20_000, 100_000]) {
    test(`both of ${steps} steps are in every answer and every picture`, async () => {
      const [run] = (await client.call("GET", `/runs?experiment=long&query=${encodeURIComponent(`id = "long-${steps / 1000}k"`)}`)).runs;
      const at = [Math.round(steps * 0.38885), Math.round(steps * 0.75)];
      const { page, faults, context } = await open(browser, serving.origin);
      const answers = [];
      page.on("response", async (response) => {
        if (!response.url().endsWith("/api/v1/series")) return;
        // An answer that came when the page was left has no body any more.
        const answer = await response.json().catch(() => undefined);
        if (answer) answers.push(answer);
      });
      const both = await look([0, steps - 1], at);
      assert.ok(both.kept < both.total, "all points of so long a run cannot be drawn");
      for (const spike of at) {
        for (const part of [0.3, 0.05, 0.01, 0.001]) {
          const reach = Math.max(4, Math.round(steps * part));
          await look([Math.max(0, spike - reach), Math.min(steps - 1, spike + reach)], [spike]);
        }
      }
      assert.deepEqual(faults, []);
      await context.close();

      /** Opens a range, and looks for the spikes in what was answered and in what is drawn. */
      async function look([from, to], wanted) {
        answers.length = 0;
        await page.goto(`${serving.origin}/experiments/long/plots?sel=${run.uuid}&x=step&z=${from}..${to}`);
        const isWhole = to - from === steps - 1;
        // What came whole is detailed enough; of what was thinned a zoom asks for more.
        const picture = await until("the detail", async () => {
          const found = await drawn(page);
          const [{ points: here, total } = {}] = found?.traces ?? [];
          return here !== undefined && (isWhole || here === steps || total < steps) && found;
        });
        assert.deepEqual(picture.x, [from, to]);
        await until("the answer is read", () => answers.length > 0);
        for (const answer of answers) {
          const { steps: places, numbers } = answer.histories[0].series;
          for (const spike of wanted) {
            const index = places.indexOf(spike);
            assert.ok(index >= 0 && numbers[index] > 3, `step ${spike} in the answer for ${from} to ${to}`);
          }
        }
        const shown = await points(page, run.uuid);
        for (const spike of wanted) {
          assert.ok(shown.some(({ step, value }) => step === spike && value > 3), `step ${spike} in the picture of ${from} to ${to}`);
        }
        return picture;
      }
    });
  }

  test("the tooltip names the very step", async () => {
    const { page, context } = await open(browser, serving.origin);
    await page.goto(`${serving.origin}/experiments/long/plots?q=${encodeURIComponent('id = "long-20k"')}&x=step&z=7677..7877`);
    await until("the zoom", async () => (await drawn(page))?.x[0] === 7677);
    const box = await page.locator(".u-over").boundingBox();
    const value = await page.evaluate(() => {
      const { y, traces } = globalThis.__plots.loss;
      return { y: y.range, spike: Math.max(...traces[0].values) };
    });
    const height = (value.spike - value.y[0]) / (value.y[1] - value.y[0]);
    await page.mouse.move(box.x + box.width / 2, box.y + box.height * (1 - height));
    await page.locator(".plot-tip", { hasText: "step 7777" }).waitFor();
    await screenshot(page, "plots-spike-hovered");
    await context.close();
  });
});

test("what is shown is in the address: a reload shows the same", async () => {
  const random = dice(12);
  const tab = await open(browser, serving.origin);
  const { page, faults, context } = tab;
  await page.goto(`${serving.origin}/experiments/digits/plots`);
  await ready(page);
  const state = async () => {
    const controls = await page.locator(".plot-bar select, .plot-bar input").evaluateAll((all) => all.map((one) => one.value));
    const { axis, x, y } = await drawn(page);
    return { controls, axis, x, y };
  };
  for (let turn = 0; turn < 6; turn += 1) {
    // The axes, the range, the phases, the repeats and the parts.
    for (const at of [0, 1, 2, 3, 4, 5]) {
      const select = page.locator(".plot-bar select").nth(at);
      const options = await select.locator("option").all();
      await select.selectOption({ index: Math.floor(random() * options.length) });
    }
    await page.locator(".plot-bar input").fill(String(Math.floor(random() * 99) / 100));
    if (turn % 2 === 0) {
      await tab.rest();
      const over = page.locator(".u-over").last();
      await over.scrollIntoViewIfNeeded();
      const box = await until("a plot", () => over.boundingBox());
      await page.mouse.move(box.x + box.width * 0.2, box.y + 30);
      await page.mouse.down();
      await page.mouse.move(box.x + box.width * (0.4 + random() / 2), box.y + 40, { steps: 4 });
      await page.mouse.up();
      await page.waitForURL(/[?&]z=/);
    }
    await page.mouse.move(0, 0);
    const address = page.url();
    const wanted = await until("a state at rest", () => settled(tab, state));
    await page.reload();
    await ready(page);
    const found = await until("the state of before", () => settled(tab, state));
    assert.deepEqual(found, wanted, address);
    assert.equal(page.url(), address);
  }
  assert.deepEqual(faults, []);
  await context.close();
});

/** A state that is the same in two looks after one another, of a page that waits for nothing. */
async function settled({ rest }, look) {
  await rest();
  const first = await look();
  await rest();
  const second = await look();
  return JSON.stringify(first) === JSON.stringify(second) && second;
}

test("a zoom is shared by all plots, and a double click takes it back", async () => {
  const { page, context } = await open(browser, serving.origin);
  await page.goto(`${serving.origin}/experiments/digits/plots`);
  await ready(page, "accuracy");
  const before = await drawn(page, "accuracy");
  const over = page.locator(".u-over").first();
  const box = await over.boundingBox();
  await page.mouse.move(box.x + box.width * 0.25, box.y + 40);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width * 0.75, box.y + 60, { steps: 4 });
  await page.mouse.up();
  await page.waitForURL(/[?&]z=/);
  await until("both zoomed", async () => {
    const [one, other] = [await drawn(page, "accuracy"), await drawn(page, "loss")];
    return one.x[0] > before.x[0] && JSON.stringify(one.x) === JSON.stringify(other.x);
  });
  assert.deepEqual(await over.boundingBox(), box, "the plots stand where they stood");
  await over.dblclick({ position: { x: 50, y: 50 } });
  await until("all is shown", async () => JSON.stringify((await drawn(page, "accuracy")).x) === JSON.stringify(before.x));
  assert.ok(!page.url().includes("z="));
  await page.goto(`${serving.origin}/experiments/digits/plots?z=5..30`);
  await page.getByRole("button", { name: "Reset zoom" }).first().click();
  await page.waitForURL((url) => !url.search.includes("z="));
  await page.getByRole("button", { name: "Reset zoom" }).first().waitFor({ state: "detached" });
  await context.close();
});

test("a hovered run stands out in every plot and in the legend; a click pins it, one with shift hides it", async () => {
  const { page, context } = await open(browser, serving.origin);
  await page.goto(`${serving.origin}/experiments/digits/plots`);
  await ready(page);
  const over = page.locator(".u-over").first();
  const box = await over.boundingBox();
  const best = await page.evaluate(() => {
    const { traces, y } = globalThis.__plots[document.querySelector(".plot-card").getAttribute("aria-label")];
    const { run, values } = traces[0];
    return { run, part: (values[values.length - 1] - y.range[0]) / (y.range[1] - y.range[0]) };
  });
  const place = { x: box.width - 2, y: box.height * (1 - best.part) };
  await over.hover({ position: place });
  const name = await page.locator(".plot-tip-name").innerText();
  assert.match(name, /^mlp-\d+$/);
  await page.locator(".legend-run.is-raised", { hasText: name }).waitFor();
  await over.click({ position: place });
  await page.locator(".legend-run", { hasText: `${name}pinned` }).waitFor();
  await screenshot(page, "plots-hovered");
  const count = (await drawn(page)).traces.length;
  await over.click({ position: place, modifiers: ["Shift"] });
  await until("it is gone", async () => (await drawn(page)).traces.length < count);
  await page.getByRole("button", { name: "Show 1 hidden" }).click();
  await until("it is back", async () => (await drawn(page)).traces.length === count);
  await context.close();
});

test("hovering draws no line anew but the one that stands out", async () => {
  const { page, context } = await open(browser, serving.origin);
  await page.goto(`${serving.origin}/experiments/digits/plots`);
  await ready(page, "accuracy");
  await ready(page);
  const box = await page.locator(".u-over").first().boundingBox();
  await page.evaluate(() => {
    globalThis.before = { ...globalThis.__plots };
    globalThis.paths = 0;
    const Path = globalThis.Path2D;
    globalThis.Path2D = class extends Path {
      constructor(...given) {
        super(...given);
        globalThis.paths += 1;
      }
    };
  });
  // Along the top, where the best lines are, and the last of them at their end.
  for (let at = 1; at < 10; at += 1) await page.mouse.move(box.x + (box.width * at) / 10, box.y + box.height * 0.12 + at);
  await page.locator(".plot-tip").waitFor();
  const after = await page.evaluate(() => ({
    paths: globalThis.paths,
    isSame: ["loss", "accuracy"].every((name) => globalThis.before[name] === globalThis.__plots[name]),
  }));
  assert.deepEqual(after, { paths: 0, isSame: true });
  await context.close();
});

test("keys alone read a plot: arrows move a cursor that is spoken", async () => {
  const { page, context } = await open(browser, serving.origin);
  await page.goto(`${serving.origin}/experiments/digits/plots`);
  await ready(page);
  const plot = page.getByRole("application", { name: /^loss, test and train, 20 runs, best 0\.\d+ mlp-\d+ at epoch \d+/ });
  await plot.focus();
  const said = plot.locator("[aria-live]");
  await page.keyboard.press("Home");
  await until("it speaks", async () => /^mlp-\d+ test: [\d.]+ at epoch 1, step 90$/.test(await said.innerText()));
  await page.keyboard.press("ArrowRight");
  await until("the next epoch", async () => (await said.innerText()).endsWith("epoch 2, step 180"));
  const [run] = (await said.innerText()).split(" ");
  await page.keyboard.press("ArrowDown");
  await until("another line", async () => !(await said.innerText()).startsWith(`${run} test`));
  await page.keyboard.press("Escape");
  await until("silence", async () => (await said.innerText()) === "");
  for (const [key, expected] of [["l", "y=log"], ["t", "t=test"], ["]", "x=step"]]) {
    await page.keyboard.press(key);
    await page.waitForURL((url) => url.search.includes(expected));
  }
  await context.close();
});

test("the points of a plot are there as a table", async () => {
  const { page, context } = await open(browser, serving.origin);
  await page.goto(`${serving.origin}/experiments/digits/plots`);
  await ready(page);
  await page.getByRole("button", { name: "More for loss" }).click();
  await page.getByRole("button", { name: "Show as table" }).click();
  const rows = page.locator(".points tbody tr");
  assert.ok((await rows.count()) > 100);
  assert.match(await rows.first().innerText(), /mlp-\d+\s+test\s+1\s+90\s+\d/);
  await screenshot(page, "plots-table");
  await context.close();
});

test("values that are no numbers are marked at the edge, the first with a word", async () => {
  const { page, context } = await open(browser, serving.origin);
  await page.goto(`${serving.origin}/experiments/strange/plots?m=loss`);
  const { marks } = await ready(page);
  assert.deepEqual(new Set(marks.map(({ kind }) => kind)), new Set(["NaN", "∞", "−∞"]));
  assert.equal(marks[0].at, "epoch 2, step 1");
  await page.getByText("3 values are NaN or infinite").waitFor();
  await screenshot(page, "plots-strange");
  await context.close();
});

test("smoothing keeps the raw line behind, and a logarithmic axis has no value below zero", async () => {
  const { page, context } = await open(browser, serving.origin);
  await page.goto(`${serving.origin}/experiments/digits/plots?sm=0.6&y=log`);
  await ready(page);
  const [trace] = await page.evaluate(() => globalThis.__plots.loss.traces.map(({ y, raw, values }) => ({ y, raw, values })));
  const present = (row) => row.filter((value) => typeof value === "number");
  assert.deepEqual(present(trace.raw), trace.values);
  assert.notDeepEqual(present(trace.y), trace.values);
  assert.ok((await drawn(page)).y.range[0] > 0);
  await page.getByText("~0.6").first().waitFor();
  await context.close();
});

test("plots are split by a field, on the same axes, and the address says so", async () => {
  const { page, faults, context } = await open(browser, serving.origin);
  await page.goto(`${serving.origin}/experiments/digits/plots`);
  const { x, y } = await ready(page);
  const field = page.getByLabel("Split by");
  await field.selectOption("optimizer.lr");
  await page.waitForURL(/[?&]facet=optimizer\.lr/);
  const titles = page.locator('.plot-card[aria-label="loss"] figcaption');
  await titles.first().waitFor();
  const found = await titles.allInnerTexts();
  const rates = found.map((title) => Number(title.split(" = ")[1]));
  assert.deepEqual(rates, [...new Set(rates)].sort((a, b) => a - b));
  const parts = await page.evaluate((names) => names.map((name) => {
    const { x, y, traces } = globalThis.__plots[`loss, ${name}`];
    return { x, range: y.range, runs: traces.map(({ run }) => run) };
  }), found);
  for (const part of parts) assert.deepEqual([part.x, part.range], [x, y.range]);
  const { runs } = await client.call("GET", "/runs?experiment=digits&limit=20");
  const rateOf = new Map(runs.map(({ uuid, modules }) => [uuid, modules.find(({ kind }) => kind === "optimizer").record.arguments.lr]));
  for (const [at, part] of parts.entries()) for (const run of part.runs) assert.equal(rateOf.get(run), rates[at]);
  assert.equal(new Set(parts.flatMap((part) => part.runs)).size, 20);
  await screenshot(page, "plots-split");
  await page.reload();
  await titles.first().waitFor();
  assert.deepEqual(await titles.allInnerTexts(), found);
  await field.selectOption("");
  await titles.first().waitFor({ state: "detached" });
  assert.deepEqual(faults, []);
  await context.close();
});

test("fewer points are drawn while a zoom is moved, and all of them when it rests", async () => {
  const tab = await open(browser, serving.origin);
  const random = dice(5);
  for (let at = 0; at < 12; at += 1) {
    const { uuid } = await client.post("/runs", { experiment: "dense", id: `dense-${at}` });
    const points = Array.from({ length: 3000 }, (_, step) => ({ name: "loss", value: at + random(), step }));
    await client.post(`/runs/${uuid}/points`, points);
  }
  await tab.page.goto(`${serving.origin}/experiments/dense/plots`);
  await ready(tab.page);
  await tab.rest();
  const kept = async () => (await drawn(tab.page)).kept;
  const whole = await kept();
  await tab.page.evaluate(() => {
    globalThis.counts = [];
    const all = globalThis.__plots;
    globalThis.__plots = new Proxy(all, { set: (of, name, picture) => (globalThis.counts.push(picture.kept), Reflect.set(of, name, picture)) });
  });
  await tab.page.locator(".u-over").first().hover();
  await tab.page.keyboard.down("Control");
  await tab.page.mouse.wheel(0, 100);
  await tab.page.keyboard.up("Control");
  await until("the rest", async () => (await tab.page.evaluate(() => globalThis.counts.at(-1))) === whole);
  const [least] = await tab.page.evaluate(() => globalThis.counts.sort((a, b) => a - b));
  assert.ok(least <= 20_000 && least < whole, `${least} of ${whole} points`);
  assert.deepEqual(tab.faults, []);
  await tab.context.close();
});

test("a run that is far longer than the others is told, with what to do", async () => {
  const { page, context } = await open(browser, serving.origin);
  for (const id of ["short-1", "short-2", "short-3"]) {
    const { uuid } = await client.post("/runs", { experiment: "uneven", id });
    await client.post(`/runs/${uuid}/points`, Array.from({ length: 50 }, (_, step) => ({ name: "loss", value: 1 / (step + 1), step })));
  }
  const { uuid } = await client.post("/runs", { experiment: "uneven", id: "endless" });
  await client.post(`/runs/${uuid}/points`, Array.from({ length: 4000 }, (_, step) => ({ name: "loss", value: 1 / (step + 1), step })));
  await page.goto(`${serving.origin}/experiments/uneven/plots`);
  await page.getByText("The longest run is 82 times as long as the median one.").waitFor();
  await screenshot(page, "plots-uneven");
  await page.getByRole("button", { name: "Clip to the median" }).click();
  await until("it is clipped", async () => (await drawn(page)).x[1] === 49);
  await context.close();
});

test("an answer that is older than what came meanwhile takes nothing away", async () => {
  const { page, faults, context } = await open(browser, serving.origin);
  const { uuid } = await client.post("/runs", { experiment: "late", id: "going" });
  const point = (epoch) => ({ name: "loss", phase: "train", value: 1 / epoch, epoch, step: epoch });
  await client.post(`/runs/${uuid}/points`, Array.from({ length: 20 }, (_, at) => point(at + 1)));
  const heard = (seq) => Number((localStorage.getItem("entia.events.last") ?? "").split(" ")[0]) >= seq;
  let isFirst = true;
  await page.route("**/api/v1/series", async (route) => {
    const answer = await route.fetch();
    if (isFirst) {
      isFirst = false;
      for (let epoch = 21; epoch <= 25; epoch += 1) await client.post(`/runs/${uuid}/points`, [point(epoch)]);
      const { seq } = await client.call("GET", "/about");
      await page.waitForFunction(heard, seq);
      await frames(page, 2);
    }
    await route.fulfill({ response: answer });
  });
  await page.goto(`${serving.origin}/experiments/late/plots`);
  await ready(page);
  await until("all of them", async () => (await drawn(page)).traces[0].points === 25);
  assert.deepEqual(faults, []);
  await context.close();
});

test("new points are drawn as they come, and the zoom stays", async () => {
  const { page, faults, context } = await open(browser, serving.origin);
  const { uuid } = await client.post("/runs", { experiment: "live", id: "going" });
  const point = (epoch) => ({ name: "loss", phase: "train", value: 1 / epoch, epoch, step: epoch });
  await client.post(`/runs/${uuid}/points`, Array.from({ length: 20 }, (_, at) => point(at + 1)));
  await page.goto(`${serving.origin}/experiments/live/plots?z=5..30`);
  await ready(page);
  const address = page.url();
  const length = async () => (await drawn(page)).traces[0].points;
  assert.equal(await length(), 20);
  for (let epoch = 21; epoch <= 25; epoch += 1) await client.post(`/runs/${uuid}/points`, [point(epoch)]);
  await until("all five", async () => (await length()) === 25);
  const { x, traces } = await drawn(page);
  assert.deepEqual(x, [5, 30]);
  assert.equal(traces[0].total, 25);
  assert.equal(page.url(), address);
  const values = await page.evaluate(() => globalThis.__plots.loss.traces[0].values);
  assert.equal(values[24], 1 / 25);
  assert.deepEqual(faults, []);
  await context.close();
});

test("one plot that fails says so and can be asked again, and the others live on", async () => {
  const { page, context } = await open(browser, serving.origin);
  let isBroken = true;
  await page.route("**/api/v1/series", (route) => {
    const isLoss = route.request().postDataJSON().series.some(([name]) => name === "loss");
    return isBroken && isLoss ? route.abort() : route.continue();
  });
  await page.goto(`${serving.origin}/experiments/digits/plots`);
  await ready(page, "accuracy");
  const card = page.locator('.plot-card[aria-label="loss"]');
  await card.getByRole("alert").waitFor();
  isBroken = false;
  await card.getByRole("button", { name: "Retry" }).click();
  await ready(page, "loss");
  await context.close();
});
