#!/usr/bin/env node
// Opens MLflow's own pages over `entia serve` in a browser, and fails where one does not show what it
// should, or asks for what is answered with an error.
//
//     node scripts/mlflow-ui.mjs ENTIA PAGES
//
// ENTIA is the program, PAGES the folder `mlflow/server/js/build` of the Python package, as
// `scripts/mlflow.sh` has installed it. Needs `npm ci` in `server/web`, and Chromium.
import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer, request } from "node:http";
import { tmpdir } from "node:os";
import { extname, join, normalize } from "node:path";
import { createInterface } from "node:readline";
import { chromium } from "../server/web/node_modules/playwright-core/index.mjs";

const [entia, pages] = process.argv.slice(2);
if (!pages) {
  console.error("usage: node scripts/mlflow-ui.mjs ENTIA PAGES");
  process.exit(2);
}
const CALLS = /^\/(ajax-api|api|get-artifact|graphql)(\/|\?|$)/;
// What belongs to parts that the server does not have: pages go on without.
const ABSENT = /\/(assistant\/|users\/current|gateway-proxy)/;
const TYPES = { ".html": "text/html", ".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml" };
const PATIENCE = 60_000;

/** The server, and its address as `HOST:PORT`. */
async function serve(folder) {
  const store = `sqlite:${join(folder, "runs.db")}`;
  const server = spawn(entia, ["--store", store, "serve", "--listen", "127.0.0.1:0"], {
    stdio: ["ignore", "pipe", "ignore"],
  });
  for await (const line of createInterface({ input: server.stdout })) {
    return { server, host: line.trim().split("/").pop() };
  }
  throw new Error(`${entia} does not serve`);
}

/** Serves the pages, and hands calls on. */
function over(host) {
  const proxy = createServer((asked, answer) => {
    if (CALLS.test(asked.url)) {
      const { origin, referer, ...headers } = asked.headers;
      const call = request(`http://${host}${asked.url}`, { method: asked.method, headers: { ...headers, host } });
      call.on("response", (got) => got.pipe(answer.writeHead(got.statusCode, got.headers)));
      call.on("error", () => answer.writeHead(502).end());
      asked.pipe(call);
      return;
    }
    const path = normalize(new URL(asked.url, "http://pages").pathname.replace(/^\/static-files/, ""));
    const file = path === "/" ? "index.html" : path;
    try {
      const content = readFileSync(join(pages, file));
      answer.writeHead(200, { "content-type": TYPES[extname(file)] ?? "application/octet-stream" }).end(content);
    } catch {
      answer.writeHead(404).end();
    }
  });
  return new Promise((resolve) => proxy.listen(0, "127.0.0.1", () => resolve(proxy)));
}

/** Logs an experiment of two runs. */
async function log(base) {
  const call = async (path, body) => {
    const answer = await fetch(`${base}/api/2.0/mlflow/${path}`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
    });
    if (!answer.ok) throw new Error(`${path}: ${await answer.text()}`);
    return answer.json();
  };
  const { experiment_id } = await call("experiments/create", { name: "digits" });
  const runs = [];
  for (const name of ["mlp-1", "mlp-2"]) {
    const start = Date.now();
    const { run } = await call("runs/create", { experiment_id, run_name: name, start_time: start });
    const { run_id, artifact_uri } = run.info;
    const metrics = Array.from({ length: 100 }, (_, step) => ({ key: "loss", value: 1 / (step + 1), timestamp: start + step, step }));
    await call("runs/log-batch", { run_id, metrics, params: [{ key: "lr", value: "0.01" }] });
    const path = artifact_uri.replace("mlflow-artifacts:/", "");
    await fetch(`${base}/api/2.0/mlflow-artifacts/artifacts/${path}/notes.txt`, { method: "PUT", body: "what was seen" });
    await call("runs/update", { run_id, status: "FINISHED", end_time: start + 100 });
    runs.push(run_id);
  }
  return { experiment: experiment_id, runs };
}

/** Opens a page, waits for what it must show, and says which of its calls failed. */
async function open(browser, url, shows) {
  const page = await browser.newPage();
  const failed = [];
  page.on("response", (got) => {
    if (got.status() >= 400 && !ABSENT.test(got.url())) failed.push(`${got.status()} ${got.request().method()} ${got.url()}`);
  });
  page.on("pageerror", (error) => failed.push(`error: ${error.message}`));
  try {
    await page.goto(url, { waitUntil: "domcontentloaded", timeout: PATIENCE });
    for (const wanted of shows) {
      await page.locator(wanted).first().waitFor({ timeout: PATIENCE });
    }
  } finally {
    await page.close();
  }
  return failed;
}

const folder = mkdtempSync(join(tmpdir(), "entia-mlflow-ui-"));
let server, proxy, browser;
let problems = 0;
try {
  const served = await serve(folder);
  const { host } = served;
  server = served.server;
  proxy = await over(host);
  browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: ["--no-sandbox"] });
  const { experiment, runs } = await log(`http://${host}`);
  const base = `http://127.0.0.1:${proxy.address().port}/#`;
  const list = (items) => encodeURIComponent(JSON.stringify(items));
  const run = `/experiments/${experiment}/runs/${runs[0]}`;
  for (const [path, shows] of [
    ["/experiments", ["text=digits"]],
    [`/experiments/${experiment}/runs`, ["text=mlp-1", "text=mlp-2"]],
    [`/experiments/${experiment}/runs?compareRunsMode=CHART`, ["text=mlp-1", ".js-plotly-plot .main-svg"]],
    [run, ["text=mlp-1", "text=Finished", "text=0.01"]],
    [`${run}/model-metrics`, [".js-plotly-plot .main-svg"]],
    [`${run}/artifacts/notes.txt`, ["text=what was seen"]],
    [`/compare-runs?runs=${list(runs)}&experiments=${list([experiment])}`, ["text=Comparing 2 Runs", "text=mlp-2"]],
  ]) {
    const failed = await open(browser, base + path, shows).catch((error) => [error.message]);
    console.log(failed.length ? "FAILED" : "ok", path, ...failed.map((line) => `\n    ${line}`));
    problems += failed.length;
  }
} finally {
  await browser?.close();
  proxy?.close();
  server?.kill();
  rmSync(folder, { recursive: true, force: true });
}
process.exitCode = problems ? 1 : 0;
