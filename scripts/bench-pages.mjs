#!/usr/bin/env node
// How soon a browser shows runs and their curves: the pages of `entia serve` beside those of MLflow and of
// Trackio, with the same runs.
//
//     node scripts/bench-pages.mjs ENTIA PYTHON [TIMES]
//
// ENTIA is the program, PYTHON one that has `mlflow` and `trackio`. Needs Linux, whose `/proc` tells what
// memory servers take, `npm ci` in `server/web`, and Chromium. Each visit is that of a new browser profile,
// with nothing kept.
import { spawn, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { chromium } from "../server/web/node_modules/playwright-core/index.mjs";

const [entia, python] = process.argv.slice(2, 4).map((path) => resolve(path));
const times = Number(process.argv[4] ?? 5);
if (!python || !(times >= 1)) {
  console.error("usage: node scripts/bench-pages.mjs ENTIA PYTHON [TIMES]");
  process.exit(2);
}
const PATIENCE = 60_000;

const LOG = `
import math, os, sys
tool, address = sys.argv[1:]
RUNS, EPOCHS = 20, 50
def params(run):
    return {"lr": [0.1, 0.03, 0.01, 0.003, 0.001][run % 5], "dropout": [0.1, 0.3, 0.5][run % 3], "seed": run // 5}
def metrics(run, epoch):
    loss = math.exp(-epoch * params(run)["lr"] ** 0.5 / 3)
    return {"train/loss": loss, "test/loss": loss * 1.1 + 0.02 * (run % 3), "test/accuracy": 1 - loss}
if tool == "trackio":
    import trackio
    for run in range(RUNS):
        trackio.init(project="pages", name=f"mlp-{run:03}", config=params(run))
        for epoch in range(EPOCHS):
            trackio.log(metrics(run, epoch), step=epoch)
        trackio.finish()
else:
    import time
    from mlflow import MlflowClient
    from mlflow.entities import Metric, Param
    client = MlflowClient(tracking_uri=address)
    experiment = client.create_experiment("pages")
    for run in range(RUNS):
        id = client.create_run(experiment, run_name=f"mlp-{run:03}").info.run_id
        now = int(time.time() * 1000)
        points = [Metric(name, value, now + epoch, epoch)
                  for epoch in range(EPOCHS) for name, value in metrics(run, epoch).items()]
        client.log_batch(id, points, [Param(name, str(value)) for name, value in params(run).items()])
        client.set_terminated(id)
    print(experiment)
`;

const folder = mkdtempSync(join(tmpdir(), "entia-pages-"));
const quiet = { ...process.env, HF_HUB_OFFLINE: "1", TRACKIO_DIR: join(folder, "trackio"), MLFLOW_DISABLE_TELEMETRY: "true" };

/** A port that is free. */
const port = () =>
  new Promise((resolve) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const { port: found } = server.address();
      server.close(() => resolve(found));
    });
  });

function logged(tool, address) {
  const done = spawnSync(python, ["-c", LOG, tool, address], { env: quiet, encoding: "utf8" });
  if (done.status !== 0) throw new Error(done.stderr);
  return done.stdout.trim().split("\n").pop();
}

const servers = [];

/** Starts a server, and gives it when it answers. */
async function served(command, words, origin, env = {}) {
  const server = spawn(command, words, { stdio: "ignore", detached: true, env: { ...quiet, ...env }, cwd: folder });
  servers.push(server);
  const failure = new Promise((_, reject) => server.once("error", reject));
  failure.catch(() => undefined);
  for (let tries = 0; tries < 600; tries++) {
    const answer = await Promise.race([failure, fetch(origin).catch(() => undefined)]);
    if (answer?.ok) return server;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`${command} does not answer`);
}

/** Ends a server with all that it has started. */
async function ended(server) {
  if (server.pid === undefined) return;
  const end = server.exitCode === null && server.signalCode === null && new Promise((resolve) => server.once("exit", resolve));
  try {
    process.kill(-server.pid, "SIGKILL");
  } catch {
    // It has ended by itself.
  }
  await end;
}

/** The memory of a process and all below it, in bytes, what they share counted once; and their number. */
function memory(root) {
  const below = new Map();
  for (const id of readdirSync("/proc").filter((name) => /^\d+$/.test(name))) {
    try {
      const parent = readFileSync(`/proc/${id}/stat`, "utf8").split(") ")[1].split(" ")[1];
      below.set(parent, [...(below.get(parent) ?? []), id]);
    } catch {
      // It has ended.
    }
  }
  const all = [String(root)];
  for (const id of all) all.push(...(below.get(id) ?? []));
  const sizes = all.map((id) => Number(/^Pss: *(\d+)/m.exec(readFileSync(`/proc/${id}/smaps_rollup`, "utf8"))[1]));
  return [sizes.reduce((sum, size) => sum + size, 0) * 1024, all.length];
}

/** One visit: after how many milliseconds each thing was there, and what it took. */
async function visit(browser, url, shows) {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
  const page = await context.newPage();
  const network = await context.newCDPSession(page);
  await network.send("Network.enable");
  let [bytes, requests] = [0, 0];
  network.on("Network.loadingFinished", ({ encodedDataLength }) => (bytes += encodedDataLength));
  network.on("Network.requestWillBeSent", () => (requests += 1));
  const began = performance.now();
  await page.goto(url, { waitUntil: "commit", timeout: PATIENCE });
  const after = {};
  await Promise.all(
    Object.entries(shows).map(async ([what, selector]) => {
      await page.locator(selector).first().waitFor({ timeout: PATIENCE });
      after[what] = performance.now() - began;
    }),
  );
  await page.waitForLoadState("networkidle", { timeout: 5000 }).catch(() => undefined);
  const elements = await page.evaluate(() => document.querySelectorAll("*").length);
  await context.close();
  return { ...after, bytes, requests, elements };
}

const median = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];

let browser;
try {
  const at = await Promise.all([port(), port()]);
  const [ours, theirs] = at.map((one) => `http://127.0.0.1:${one}`);
  const own = await served(entia, ["--store", `sqlite:${join(folder, "entia.db")}`, "serve", "--listen", `127.0.0.1:${at[0]}`], ours);
  const database = ["--backend-store-uri", `sqlite:///${join(folder, "mlflow.db")}`];
  const mlflow = await served(python, ["-m", "mlflow", "server", ...database, "--port", String(at[1])], theirs);
  logged("mlflow", ours);
  const experiment = logged("mlflow", theirs);
  logged("trackio", "");
  const third = `http://127.0.0.1:${await port()}`;
  const trackio = await served(python, ["-m", "trackio.cli", "show", "--project", "pages"], third, {
    GRADIO_SERVER_PORT: third.split(":").pop(),
    BROWSER: "true",
  });

  const pages = [
    ["Entia", own, `${ours}/experiments/pages`, { rows: ".grid tbody th", curves: ".strip .u-over" }],
    ["MLflow, runs", mlflow, `${theirs}/#/experiments/${experiment}/runs`, { rows: "text=mlp-019" }],
    ["MLflow, charts", mlflow, `${theirs}/#/experiments/${experiment}/runs?compareRunsMode=CHART`, { curves: ".js-plotly-plot .main-svg" }],
    ["Trackio", trackio, `${third}/?project=pages`, { rows: "text=mlp-019", curves: "canvas.marks" }],
  ];
  browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: ["--no-sandbox"] });
  const visits = new Map(pages.map(([name]) => [name, []]));
  // In turn, so that a slow moment of the machine is one for all.
  for (let turn = 0; turn < times; turn++) {
    for (const [name, , url, shows] of pages) visits.get(name).push(await visit(browser, url, shows));
  }
  for (const [name, server] of pages) {
    const all = visits.get(name);
    const of = (key) => median(all.map((one) => one[key]));
    const [size, processes] = memory(server.pid);
    const told = ["rows", "curves"].filter((key) => key in all[0]).map((key) => `${key} ${Math.round(of(key))} ms`);
    console.log(
      `${name}: ${told.join(", ")}; ${Math.round(of("bytes") / 1000)} kB in ${of("requests")} requests; ` +
        `${of("elements")} elements; server ${Math.round(size / 1e6)} MB in ${processes} processes`,
    );
  }
} finally {
  await browser?.close();
  for (const server of servers) await ended(server);
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
}
