// Splits the bundle into few files. Left alone, esbuild makes a file for each set of pages that share a
// module, which are dozens of requests; here what pages share stands in two files: what the frame and the
// table need, and what the pages with plots have in common.
import { readFileSync } from "node:fs";
import { dirname } from "node:path";
import { build } from "esbuild";

const GROUP = "group:";

/** Builds once to see what reaches what, and gives a plugin that keeps what is shared together. */
export async function grouped(options) {
  const { metafile } = await build({ ...options, write: false, metafile: true });
  const root = options.absWorkingDir;
  const [main] = options.entryPoints;
  const pages = lazy(metafile, main);
  const of = groups(metafile, main, pages);
  return {
    name: "groups",
    setup(given) {
      given.onResolve({ filter: /^group:/ }, ({ path }) => ({ path, namespace: "group", sideEffects: true }));
      given.onLoad({ filter: /.*/, namespace: "group" }, ({ path }) => {
        const files = of.files[path.slice(GROUP.length)];
        return { contents: files.map((file) => `import "./${file}";`).join("\n"), resolveDir: root };
      });
      given.onLoad({ filter: /\.tsx?$/ }, ({ path }) => {
        const name = path.slice(root.length + 1).replaceAll("\\", "/");
        const wanted = of.wanted.get(name);
        if (!wanted) return undefined;
        const imports = wanted.map((group) => `import "${GROUP}${group}";`).join("");
        const loader = name.endsWith("x") ? "tsx" : "ts";
        return { contents: imports + readFileSync(path, "utf8"), loader, resolveDir: dirname(path) };
      });
    },
  };
}

/** What is loaded when it is needed. */
function lazy({ inputs }, main) {
  const dynamic = Object.values(inputs).flatMap(({ imports }) => imports.filter(({ kind }) => kind === "dynamic-import"));
  return [...new Set(dynamic.map(({ path }) => path))].filter((path) => path !== main && path.startsWith("src/")).sort();
}

/** The files of each group, and which groups each page begins with. */
function groups({ inputs }, main, pages) {
  const starts = [main, ...pages];
  const reached = new Map(starts.map((start) => [start, reach(inputs, start)]));
  const frame = [];
  const plots = [];
  for (const file of Object.keys(inputs).filter((name) => name.startsWith("src/")).sort()) {
    const by = starts.filter((start) => reached.get(start).has(file));
    if (by.length < 2 && by[0] !== main) continue;
    if (starts.includes(file) || file.endsWith(".css")) continue;
    const isOfFrame = by.includes(main) || by.includes("src/table/page.tsx");
    (isOfFrame ? frame : plots).push(file);
  }
  const isWithPlots = (start) => plots.some((file) => reached.get(start).has(file));
  const wanted = new Map(starts.map((start) => [start, isWithPlots(start) ? ["frame", "plots"] : ["frame"]]));
  return { files: { frame, plots }, wanted };
}

function reach(inputs, start) {
  const found = new Set([start]);
  for (const file of found) {
    for (const { path, kind, external } of inputs[file]?.imports ?? []) {
      if (kind !== "dynamic-import" && !external) found.add(path);
    }
  }
  return found;
}
