// Files of a plot: what stands in them, and that nothing in a name breaks them.
import assert from "node:assert/strict";
import { test } from "node:test";
import { inflateSync } from "node:zlib";
import { load } from "./units.mjs";

const { svgOf } = await load("src/export/svg.ts");
const { pgfplotsOf } = await load("src/export/pgfplots.ts");
const { withText } = await load("src/export/png.ts");
const { fileName } = await load("src/export/save.ts");
const { scaleOf } = await load("src/plots/scale.ts");

const drawn = { colour: "#0072b2", dash: [], width: 1.75, opacity: 1, named: true };
const figure = (more = {}) => ({
  title: "digits: loss",
  xTitle: "epoch",
  yTitle: "loss (nats)",
  x: scaleOf("linear", [0, 4]),
  y: scaleOf("linear", [0, 1]),
  xLabel: String,
  lines: [{ ...drawn, label: `<b>"mlp" & 1</b>`, x: [0, 1, 2, 3, 4], y: [1, NaN, 0.5, 0.25, Infinity] }],
  areas: [{ colour: "#0072b2", x: [0, 4], low: [0, 0.1], high: [1, 0.9] }],
  marks: [{ x: 1, label: "NaN at epoch 1" }],
  url: "http://127.0.0.1/experiments/a?q=x<1&y=log",
  ...more,
});

test("a line of an SVG breaks where there is no number, and a lone point is a dot", () => {
  const svg = svgOf(figure());
  const [, d] = /<g clip-path[\s\S]*?<path d="([^"]*)" fill="none"/.exec(svg);
  assert.equal(d.match(/M/g).length, 2);
  assert.equal(d.match(/L/g).length, 1);
  assert.equal(svg.match(/<circle/g).length, 1);
  assert.ok(!svg.includes("NaN 0") && !/[ML](NaN|Infinity)/.test(svg));
});

test("an SVG has title, axes, legend and where it came from, all escaped", () => {
  const svg = svgOf(figure());
  for (const part of [
    "<title>digits: loss</title>",
    ">epoch</text>",
    ">loss (nats)</text>",
    "&lt;b&gt;&quot;mlp&quot; &amp; 1&lt;/b&gt;</text>",
    "<dc:source>http://127.0.0.1/experiments/a?q=x&lt;1&amp;y=log</dc:source>",
    ">NaN at epoch 1</text>",
  ]) {
    assert.ok(svg.includes(part), part);
  }
  assert.ok(!svg.includes("<b>"));
});

test("LaTeX has the points of each piece, its colours, and no sign that TeX would read", () => {
  const lines = [{ ...drawn, label: "a_b 50% #1 \\x", x: [1, 2, 3], y: [1, NaN, 0.5] }];
  const tex = pgfplotsOf(figure({ lines, y: scaleOf("log", [0.1, 1]), title: "digits_2: {loss}" }));
  assert.ok(tex.startsWith("% http://127.0.0.1/experiments/a"));
  assert.ok(tex.includes("ymode=log"));
  assert.ok(tex.includes("\\definecolor{run0}{HTML}{0072B2}"));
  assert.ok(tex.includes("    1 1\n\n    3 0.5\n"));
  assert.ok(tex.includes("\\addlegendentry{a\\_b 50\\% \\#1 \\textbackslash{}x}"));
  assert.ok(tex.includes("title={digits\\_2: \\{loss\\}}"));
});

test("a PNG keeps its picture and tells where it came from", () => {
  const png = Buffer.from(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==",
    "base64",
  );
  const chunks = chunksOf(Buffer.from(withText(png, "Source", "http://x/ü")));
  assert.deepEqual(chunks.map(({ name }) => name), ["IHDR", "iTXt", "IDAT", "IEND"]);
  assert.equal(chunks[1].data.toString("utf8"), "Source\0\0\0\0\0http://x/ü");
  assert.equal(inflateSync(chunks[2].data).length, 5);
});

/** The chunks of a PNG, whose checksums have to be right. */
function chunksOf(png) {
  const chunks = [];
  for (let at = 8; at < png.length; ) {
    const length = png.readUInt32BE(at);
    const name = png.toString("latin1", at + 4, at + 8);
    const data = png.subarray(at + 8, at + 8 + length);
    assert.equal(png.readUInt32BE(at + 8 + length), crc(png.subarray(at + 4, at + 8 + length)), name);
    chunks.push({ name, data });
    at += length + 12;
  }
  return chunks;
}

function crc(bytes) {
  let value = ~0;
  for (const byte of bytes) {
    value ^= byte;
    for (let bit = 0; bit < 8; bit += 1) value = (value >>> 1) ^ (value & 1 ? 0xedb88320 : 0);
  }
  return ~value >>> 0;
}

test("a file name is taken by every system", () => {
  assert.equal(fileName("<i>odd</i>", "a/b: c"), "i-odd-i-a-b-c");
  assert.equal(fileName("名前", "loss"), "名前-loss");
  assert.equal(fileName("///"), "entia");
  assert.ok(fileName("x".repeat(1000)).length <= 120);
});
