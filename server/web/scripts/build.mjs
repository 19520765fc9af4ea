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
/** Without what uPlot offers beside plots of lines, as bars, splines and joins, which nothing here asks for. */
const uPlotAlone = {
  name: "uPlot alone",
  setup(given) {
    given.onLoad({ filter: /uPlot\.esm\.js$/ }, ({ path }) => {
      const whole = readFileSync(path, "utf8");
      const [from, to] = [whole.indexOf("\nuPlot.assign = "), whole.indexOf("\nexport {")];
      if (from < 0 || to < from) throw new Error("uPlot ends in another way than it did");
      return { contents: whole.slice(0, from) + whole.slice(to), loader: "js" };
    });
  },
};

rmSync(dist, { recursive: true, force: true });
mkdirSync(dist);
const { metafile } = await build({ ...options, plugins: [uPlotAlone, await grouped(options)], metafile: true });
writeFileSync(join(dist, "index.html"), page(metafile));
writeFileSync(join(dist, "licences.txt"), licences(metafile));

/** The page, with links to what it needs first: a browser asks for all of it at once. */
function page({ outputs }) {
  const [entry] = Object.keys(outputs).filter((name) => outputs[name].entryPoint === "src/main.tsx");
  const shared = outputs[entry].imports.filter(({ kind }) => kind === "import-statement");
  const url = (name) => `/${name.slice("dist/".length)}`;
  const links = [
    `<link rel="stylesheet" href="${url(outputs[entry].cssBundle)}">`,
    ...shared.map(({ path }) => `<link rel="modulepreload" href="${url(path)}">`),
    `<script type="module" src="${url(entry)}"></script>`,
  ];
  return readFileSync(join(root, "src/index.html"), "utf8").replace("{links}", links.join("\n"));
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
