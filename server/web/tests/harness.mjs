// A server with a store of its own, and a browser: what every test here needs.
import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";

const require = createRequire(import.meta.url);
const here = dirname(fileURLToPath(import.meta.url));
const AXE = require("axe-core").source;
/** With `dist`, the pages come from `dist/` by `scripts/serve.mjs`, not from those in the program. */
const PAGES = process.env.ENTIA_PAGES;
export const BINARY = process.env.ENTIA_BIN ?? "entia";
const BROWSER = process.env.CHROMIUM ?? "/usr/bin/chromium";
export const SCREENSHOTS = join(here, "screenshots");

const ARGUMENTS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/** A port that is free now. */
export function freePort() {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}

/** `entia serve` over a new store, or over one that is there. */
export class Serving {
  static async start({ store, port, options = [] } = {}) {
    const serving = new Serving();
    serving.folder = store ? undefined : mkdtempSync(join(tmpdir(), "entia-web-"));
    serving.store = store ?? `sqlite:${join(serving.folder, "store.db")}`;
    serving.port = port ?? (await freePort());
    serving.options = options;
    serving.api = `http://127.0.0.1:${serving.port}`;
    serving.origin = serving.api;
    await serving.begin();
    if (PAGES === "dist") await serving.#proxy();
    return serving;
  }

  async #proxy() {
    const port = await freePort();
    const script = join(here, "../scripts/serve.mjs");
    this.pages = spawn(process.execPath, [script, "--api", this.origin, "--port", String(port)], { stdio: "ignore" });
    this.origin = `http://127.0.0.1:${port}`;
    await this.#answers(this.origin);
  }

  async begin() {
    const words = ["--store", this.store, "serve", "--listen", `127.0.0.1:${this.port}`, ...this.options];
    this.process = spawn(BINARY, words, { stdio: ["ignore", "ignore", "inherit"] });
    const ended = new Promise((_, reject) => {
      this.process.once("error", reject);
      this.process.once("exit", (code) => reject(new Error(`the server has ended with ${code}`)));
    });
    ended.catch(() => undefined);
    await Promise.race([ended, this.#answers(this.api)]);
  }

  async #answers(origin) {
    for (;;) {
      const answer = await fetch(`${origin}/health`).catch(() => undefined);
      if (answer?.ok) return;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  /** Kills it as a power loss would, or ends it as a person does, and waits until it is gone. */
  kill(signal = "SIGKILL") {
    return new Promise((resolve) => {
      if (this.process.exitCode !== null || this.process.signalCode !== null) return resolve();
      this.process.once("exit", resolve);
      this.process.kill(signal);
    });
  }

  async stop() {
    this.pages?.kill();
    await this.kill();
    if (this.folder) rmSync(this.folder, { recursive: true, force: true });
  }
}

export function launch() {
  return chromium.launch({ executablePath: BROWSER, args: ARGUMENTS });
}

export const SIZES = {
  1440: { width: 1440, height: 900 },
  390: { width: 390, height: 844 },
};

/** A page that writes down what must not happen: errors, and requests to other hosts. */
export async function open(browser, origin, { theme = "light", width = 1440, ...more } = {}) {
  const context = await browser.newContext({ viewport: SIZES[width], colorScheme: theme, ...more });
  // How long something takes is nothing that a busy machine decides over.
  context.setDefaultTimeout(PATIENCE);
  const page = await context.newPage();
  const faults = [];
  const requests = [];
  const pending = new Set();
  // What the browser itself says of an answer of 404 or 400 is no fault of the page.
  const isOfAnswer = (text) => /^Failed to load resource: the server responded with a status of (30\d|4\d\d)/.test(text);
  page.on("console", (message) => {
    const isBad = ["error", "warning"].includes(message.type());
    if (isBad && !isOfAnswer(message.text())) faults.push(`console: ${message.text()}`);
  });
  page.on("pageerror", (error) => faults.push(`error: ${error.message}`));
  page.on("request", (request) => {
    requests.push(request.url());
    const isOwn = request.url().startsWith(origin) || /^(data|blob):/.test(request.url());
    if (!isOwn) faults.push(`request to ${request.url()}`);
  });
  page.on("request", (request) => request.url().includes("/api/v1/events") || pending.add(request));
  for (const end of ["requestfinished", "requestfailed"]) page.on(end, (request) => pending.delete(request));
  /** Waits until the page asks for nothing any more, and has drawn what it knows. */
  const rest = () =>
    until("the page at rest", async () => {
      const wasAtRest = pending.size === 0;
      await frames(page, 2);
      return wasAtRest && pending.size === 0;
    });
  return { context, page, faults, requests, rest, at: (path) => page.goto(origin + path) };
}

/** So many pictures of the page later. */
export function frames(page, count = 1) {
  return page.evaluate(async (wanted) => {
    for (let at = 0; at < wanted; at++) await new Promise(requestAnimationFrame);
  }, count);
}

/** Measures how long scripts of the page run for something, in milliseconds: longer on a busy machine. */
export async function scripting(page) {
  const session = await page.context().newCDPSession(page);
  await session.send("Performance.enable");
  const spent = async () => {
    const { metrics } = await session.send("Performance.getMetrics");
    return metrics.find(({ name }) => name === "ScriptDuration").value * 1000;
  };
  return async (act) => {
    const before = await spent();
    await act();
    await frames(page, 2);
    return (await spent()) - before;
  };
}

/** The value below which a part of these are. */
export function quantile(values, part) {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(part * sorted.length))];
}

/** What axe finds against WCAG 2.1 A and AA, a line for each element. */
export async function violations(page) {
  // Not as a script of the page: its policy lets none in.
  await page.evaluate(AXE);
  const tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"];
  const found = await page.evaluate((values) => window.axe.run({ runOnly: { type: "tag", values } }), tags);
  return found.violations.flatMap(({ id, nodes }) =>
    nodes.map(({ target, failureSummary }) => `${id} at ${target.join(" ")}: ${failureSummary}`),
  );
}

export async function screenshot(page, name) {
  mkdirSync(SCREENSHOTS, { recursive: true });
  await page.screenshot({ path: join(SCREENSHOTS, `${name}.png`) });
}

/** What has not happened by then never will. */
const PATIENCE = 120_000;

/** Waits until something holds on this side; says what where it never does. */
export async function until(what, holds, milliseconds = PATIENCE) {
  const end = Date.now() + milliseconds;
  for (;;) {
    const found = await holds();
    if (found) return found;
    if (Date.now() > end) throw new Error(`${what} has not happened`);
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}
