// What the pages may weigh.
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";

const assets = join(dirname(fileURLToPath(import.meta.url)), "../dist/assets");
const page = readFileSync(join(assets, "../index.html"), "utf8");
const packed = (name) => gzipSync(readFileSync(join(assets, name)), { level: 9 }).length;
const KB = 1024;

test("a table is at most 50 KB of scripts and styles, and what a page loads for itself 15 KB", () => {
  const files = readdirSync(assets);
  const first = [...page.matchAll(/\/assets\/([^"]+)/g)].map(([, name]) => name);
  // What pages share, and uPlot, are loaded once and by none alone.
  const own = files.filter((name) => name.endsWith(".js") && !/^(main|chunk|uPlot)/.test(name));
  for (const name of own) assert.ok(packed(name) <= 15 * KB, `${name} is ${packed(name)} bytes`);
  const largest = Math.max(...own.map(packed));
  const sum = first.map(packed).reduce((total, size) => total + size, largest);
  assert.ok(sum <= 50 * KB, `${sum} bytes are loaded before the first row`);
  const all = files.map(packed).reduce((total, size) => total + size, 0);
  assert.ok(all <= 114 * KB, `all are ${all} bytes`);
});
