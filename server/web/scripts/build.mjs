// Bundles `src/` into `dist/`: the same sources give the same bytes on every machine.
import { mkdirSync, readFileSync, rmSync, writeFileSync, existsSync, readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { grouped } from "./chunks.mjs";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const dist = join(root, "dist");

const options = {
  absWorkingDir: root,
  entryPoints: ["src/main.tsx"],
  outdir: "dist/assets",
  entryNames: "[name]-[hash]",
  chunkNames: "[name]-[hash]",
  bundle: true,
  splitting: true,
  format: "esm",
  target: "es2022",
  jsx: "automatic",
  jsxImportSource: "preact",
  minify: true,
  legalComments: "none",
  logLevel: "warning",
};
/**
 * Without what uPlot offers beside lines over numbers, which nothing here asks for: bars, splines and joins,
 * axes of dates, bands, its legend, and its own ticks and ranges, in place of which each axis and scale brings its own.
 */
const uPlotAlone = {
  name: "uPlot alone",
  setup(given) {
    const others = /^uPlot\.assign = [^]*?(?=^export \{)/gm;
    const dates = [/^const \[ time.*$/gm, /^\tconst _(tz|fmt)Date .*$/gm, /^\tconst _time.*_fmtDate.*$/gm, /^\tconst _timeAxisSplits .*$/gm];
    const ticks = [/(?<=axis\.splits \|\| )\(isTime .*\)(?=\);$)/gm, /(?<=: av \|\| )numAxisVals/g, /(?<=axis\.filter \|\| )\(.*\)(?=\);$)/gm];
    const ranges = [/if \(scaleKey != xScaleKey \|\| \(mode == 2 [^]*?\n\t{4}\}\n/g, /(?<=fnOrSelf\(rn \|\| )\(isTime [^]*?\n\t+\)(?=\);)/g];
    const bands = [
      /(?<=series\.max), bandFillDir(?=\);)/g,
      /let \[ bandFillDir, bandClipDir \] = .*/g,
      /flags != 0 && bands\.forEach\([^]*?\n\t\t\}\);\n/g,
      /if \(bandClip\) \{[^]*?\n\t\t\}\n\t\telse(?= \{)/g,
      /\t+function (set|add|del)Band\([^]*?\n\t\}\n|\t+self\.\w+Band = .*/g,
    ];
    const decisions = /^\t+(let isTime|const showLegend) = .*$/gm;
    given.onLoad({ filter: /uPlot\.esm\.js$/ }, ({ path }) => {
      let text = readFileSync(path, "utf8");
      for (const part of [others, ...dates, ...ticks, ...ranges, ...bands, decisions]) {
        if (text.search(part) < 0) throw new Error(`uPlot is written in another way than it was: no ${part}`);
        text = text.replace(part, [...ticks, ranges[1]].includes(part) ? "retArg1" : "");
      }
      return { contents: text.replace(/\b(isTime|showLegend|band(Fill|Clip)Dir != 0)\b/g, "false"), loader: "js" };
    });
  },
};

rmSync(dist, { recursive: true, force: true });
mkdirSync(dist);
const { metafile } = await build({ ...options, plugins: [uPlotAlone, await grouped(options)], metafile: true });
writeFileSync(join(dist, "index.html"), page(metafile));
writeFileSync(join(dist, "pages.json"), `${JSON.stringify(pages(metafile), undefined, 1)}\n`);
writeFileSync(join(dist, "licences.txt"), licences(metafile));

/** The page, with links to what it needs first: a browser asks for all of it at once. */
function page({ outputs }) {
  const entry = outputOf(outputs, "src/main.tsx");
  const links = [
    `<link rel="stylesheet" href="${url(outputs[entry].cssBundle)}">`,
    ...imported(outputs, entry).map((name) => `<link rel="modulepreload" href="${url(name)}">`),
  ];
  // It begins before what the server still works at has come.
  const script = `<script type="module" src="${url(entry)}" async></script>`;
  const text = readFileSync(join(root, "src/index.html"), "utf8");
  return text.replace("{links}", links.join("\n")).replace("{script}", script);
}

/** By the name of each part that is loaded when it is needed: the files it needs that the page does not name. */
function pages({ outputs }) {
  const always = new Set(imported(outputs, outputOf(outputs, "src/main.tsx")));
  const parts = Object.entries(outputs).flatMap(([name, { entryPoint }]) => {
    const part = /^src\/(.*)\.tsx?$/.exec(entryPoint ?? "")?.[1];
    return part === undefined || part === "main" ? [] : [[part, name]];
  });
  const needed = (name) => imported(outputs, name).filter((one) => !always.has(one)).map(url);
  return Object.fromEntries(parts.sort().map(([part, name]) => [part, needed(name)]));
}

/** An output with all that it imports. A package that it loads when it is needed is needed soon. */
function imported(outputs, start) {
  const found = new Set([start]);
  for (const name of found) {
    for (const { path, kind } of outputs[name].imports) {
      const isPackage = outputs[path]?.entryPoint?.startsWith("node_modules/");
      if (kind === "import-statement" || isPackage) found.add(path);
    }
  }
  return [...found];
}

function outputOf(outputs, entry) {
  return Object.keys(outputs).find((name) => outputs[name].entryPoint === entry);
}

/** Of `dist/assets/main.js`. */
function url(name) {
  return `/${name.slice("dist/".length)}`;
}

/** The licences of the packages that are in the bundle. */
function licences({ inputs }) {
  const named = Object.keys(inputs).map((name) => /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(name)?.[1]);
  const packages = [...new Set(named.filter(Boolean))].sort();
  const texts = packages.map((name) => {
    const folder = join(root, "node_modules", name);
    const { version, license } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
    const file = readdirSync(folder).find((entry) => /^licen[cs]e/i.test(entry));
    if (!file || !existsSync(join(folder, file))) throw new Error(`${name} has no licence text`);
    return `${name} ${version} (${license})\n\n${readFileSync(join(folder, file), "utf8").trim()}\n`;
  });
  return texts.join(`\n${"-".repeat(72)}\n\n`);
}
