/** Below the plot of two runs, in less height: the second less the first. */
import type { JSX } from "preact";
import { useEffect, useMemo, useState } from "preact/hooks";
import type { Style } from "../state.ts";
import { PlotCanvas } from "./canvas.tsx";
import { differencesOf } from "./differences.ts";
import { expose } from "./expose.ts";
import { BUDGET } from "./load.ts";
import { pictureOf, type Picture } from "./picture.ts";
import { placesOf, type Origin } from "./places.ts";
import type { Line } from "./points.ts";
import type { PlotRun } from "./run.ts";
import { partOf, type Stem } from "./stems.ts";

const HEIGHT = 110;

interface Props {
  stem: Stem;
  /** What is drawn above: the axis and the range are its. */
  picture: Picture;
  lines: Line[];
  runs: readonly PlotRun[];
  styles: Map<string, Style>;
  origins: Map<string, Origin>;
}

export function Difference({ stem, picture: above, lines, runs, styles, origins }: Props): JSX.Element | null {
  const [a, b] = runs;
  const [pixels, setPixels] = useState(600);
  const picture = useMemo(() => {
    if (!a || !b) return undefined;
    const places = (line: Line): number[] => placesOf(line, above.axis, origins.get(line.run));
    return pictureOf(differencesOf(lines, [a.uuid, b.uuid], places), {
      axis: above.axis,
      scale: "linear",
      trim: false,
      smoothing: 0,
      zoom: above.x,
      origins,
      part: partOf(stem),
      groups: undefined,
      spread: "std",
      budget: BUDGET,
      pixels,
    });
  }, [lines, above, a, b, stem, pixels]);
  useEffect(() => (picture ? expose(`${stem.name} difference`, picture) : undefined), [picture]);
  if (!picture || !a || !b || picture.traces.length === 0) return null;
  const name = `${b.name} − ${a.name}`;
  return (
    <div class="plot-difference">
      <h3>{name}</h3>
      <PlotCanvas
        {...{ picture, styles }}
        runs={new Map([[b.uuid, { ...b, name, differing: {} }]])}
        height={HEIGHT}
        isCompact
        label={`${stem.name}: ${name}. Arrow keys move a cursor.`}
        onWidth={setPixels}
      />
    </div>
  );
}
