/** What can be done with one plot: files of it, and its points as a table. */
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { address, PREFIX } from "../api.ts";
import { fileName } from "../export/save.ts";
import { seriesField } from "../names.ts";
import type { Style } from "../state.ts";
import { Menu } from "../ui/menu.tsx";
import { writeClipboard } from "../ui/parts.tsx";
import { asProblem } from "../use.ts";
import { say } from "../ui/toast.tsx";
import type { Picture } from "./picture.ts";
import { PointsTable } from "./points-table.tsx";
import type { PlotRun } from "./run.ts";
import type { Stem } from "./stems.ts";

interface Props {
  experiment: string;
  stem: Stem;
  picture: Picture;
  runs: Map<string, PlotRun>;
  styles: Map<string, Style>;
}

export function PlotMenu({ experiment, stem, picture, runs, styles }: Props): JSX.Element {
  const [isTable, setTable] = useState(false);
  // Who exports nothing need not load the writers.
  const writers = (): Promise<typeof import("../export/plot.ts")> => import("../export/plot.ts");
  const what = { experiment, stem, picture, runs, styles };
  const csv = `${PREFIX}${address("/export/series.csv", {
    experiment,
    runs: [...new Set(picture.traces.map(({ run }) => run))].join(","),
    series: stem.series.map(({ name, phase }) => seriesField(name, phase)).join(","),
  })}`;
  return (
    <>
      <Menu text="⋯" label={`More for ${stem.name}`} align="right">
        {(close) => {
          const then = (act: () => Promise<void> | void) => () => {
            close();
            Promise.resolve(act()).catch((error: unknown) => say(asProblem(error).message));
          };
          return (
            <>
              <button type="button" onClick={then(() => setTable(true))}>Show as table</button>
              <hr />
              <button type="button" onClick={then(async () => (await writers()).saveSvg(what))}>Save as SVG</button>
              <button type="button" onClick={then(async () => (await writers()).savePng(what))}>Save as PNG</button>
              <a href={csv} download={`${fileName(stem.name)}.csv`} onClick={close}>Save all points as CSV</a>
              <button
                type="button"
                onClick={then(async () => {
                  await writeClipboard((await writers()).latexOf(what));
                  say("Copied the plot for pgfplots.");
                })}
              >
                Copy as pgfplots
              </button>
            </>
          );
        }}
      </Menu>
      {isTable && <PointsTable title={stem.name} picture={picture} runs={runs} close={() => setTable(false)} />}
    </>
  );
}
