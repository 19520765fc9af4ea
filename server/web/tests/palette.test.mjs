// The ten colours of runs are told apart by everybody: also by those who see no red or no green.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

const sheet = readFileSync(new URL("../src/theme.css", import.meta.url), "utf8");
const [light, dark] = sheet.split('[data-theme="dark"] {');

const read = (text, name) => /#([0-9a-f]{6})/.exec(text.slice(text.indexOf(`${name}:`)))[1];
const linear = (hex) =>
  [0, 2, 4].map((at) => {
    const value = parseInt(hex.slice(at, at + 2), 16) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  });

/** Machado, Oliveira and Fernandes, 2009: how a colour is seen without the cones for green, or for red. */
const SIGHTS = [
  [[1, 0, 0], [0, 1, 0], [0, 0, 1]],
  [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.01182, 0.04294, 0.968881]],
  [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
];
const seen = (matrix, colour) => matrix.map((row) => Math.max(0, row.reduce((sum, part, at) => sum + part * colour[at], 0)));

/** A space in which distances are as they look. */
function oklab([r, g, b]) {
  const l = Math.cbrt(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b);
  const m = Math.cbrt(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b);
  const s = Math.cbrt(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b);
  return [
    0.2104542553 * l + 0.793617785 * m - 0.0040720468 * s,
    1.9779984951 * l - 2.428592205 * m + 0.4505937099 * s,
    0.0259040371 * l + 0.7827717662 * m - 0.808675766 * s,
  ];
}

const luminance = ([r, g, b]) => 0.2126 * r + 0.7152 * g + 0.0722 * b;

for (const [theme, text] of [["light", light], ["dark", dark]]) {
  test(`colours of the ${theme} theme`, () => {
    const colours = Array.from({ length: 10 }, (_, at) => linear(read(text, `--c${at}`)));
    const ground = luminance(linear(read(text, "--bg")));
    for (const [at, colour] of colours.entries()) {
      const [low, high] = [luminance(colour), ground].sort((a, b) => a - b);
      const contrast = (high + 0.05) / (low + 0.05);
      assert.ok(contrast >= 3, `--c${at} has a contrast of ${contrast.toFixed(2)}`);
      for (const [other, beside] of colours.slice(0, at).entries()) {
        for (const [sight, matrix] of SIGHTS.entries()) {
          const [a, b] = [oklab(seen(matrix, colour)), oklab(seen(matrix, beside))];
          const [light, ...tints] = a.map((value, axis) => value - b[axis]);
          const distance = Math.hypot(light, ...tints);
          assert.ok(distance >= 0.1, `--c${at} and --c${other} are ${distance.toFixed(3)} apart`);
          // Of thin lines it is the tint that tells, to those who see it: a dark yellow is yellow.
          const ofLines = Math.hypot(0.6 * light, ...tints);
          assert.ok(sight > 0 || ofLines >= 0.13, `lines of --c${at} and --c${other} are ${ofLines.toFixed(3)} apart`);
        }
      }
    }
  });
}
