/** Files of a plot as it is shown. */
import { longAddress } from "../router.ts";
import type { Style } from "../state.ts";
import { xLabel, xTicks } from "../plots/labels.ts";
import { hasBoth, type Picture, type Trace } from "../plots/picture.ts";
import { X_AXES } from "../plots/places.ts";
import type { PlotRun } from "../plots/run.ts";
import { scaleOf } from "../plots/scale.ts";
import { inRange } from "../plots/slots.ts";
import type { Stem } from "../plots/stems.ts";
import { strokeFor } from "../plots/styles.ts";
import type { Figure, FigureLine } from "./figure.ts";
import { lightColour } from "./light.ts";
import { pgfplotsOf } from "./pgfplots.ts";
import { pngOf } from "./png.ts";
import { fileName, save } from "./save.ts";
import { svgOf } from "./svg.ts";

export interface ShownPlot {
  experiment: string;
  stem: Stem;
  picture: Picture;
  runs: Map<string, PlotRun>;
  styles: Map<string, Style>;
}

export function saveSvg(plot: ShownPlot): void {
  save(`${nameOf(plot)}.svg`, svgOf(figureOf(plot)), "image/svg+xml");
}

export async function savePng(plot: ShownPlot): Promise<void> {
  const figure = figureOf(plot);
  save(`${nameOf(plot)}.png`, await pngOf(svgOf(figure), figure.url));
}

export const latexOf = (plot: ShownPlot): string => pgfplotsOf(figureOf(plot));

const nameOf = ({ experiment, stem }: ShownPlot): string => fileName(experiment, stem.name);

/** What is shown, as a figure: the same range and the same lines, always on white. */
function figureOf(plot: ShownPlot): Figure {
  const { experiment, stem, picture, styles } = plot;
  const { axis, x, y } = picture;
  const scale = scaleOf("linear", x);
  const lines = picture.groups.length > 0 ? groupLines(plot) : traceLines(plot);
  return {
    title: `${experiment}: ${stem.name}`,
    xTitle: X_AXES.find(({ value }) => value === axis)?.title ?? axis,
    yTitle: stem.unit ? `${stem.name} (${stem.unit})` : stem.name,
    x: { ...scale, ticks: (count) => xTicks(axis, x[0], x[1], count) },
    y: scaleOf(y.kind, y.range, y.linearTo),
    xLabel: (value) => xLabel(axis, value, x[1] - x[0]),
    lines,
    areas: picture.groups
      .filter(({ role }) => role === "test" || !hasBoth(picture))
      .map((group) => ({
        colour: lightColour(styles.get(group.runs[0] ?? "")),
        ...present(picture.grid.x, group.low, group.high),
      })),
    marks: picture.marks.map(({ x: place, kind, at }) => ({ x: place, label: `${kind} at ${at}` })),
    url: longAddress(),
  };
}

function traceLines({ picture, runs, styles }: ShownPlot): FigureLine[] {
  const both = hasBoth(picture);
  const line = (trace: Trace, isRaw: boolean): FigureLine => {
    const style = styles.get(trace.run);
    const name = runs.get(trace.run)?.name ?? trace.run.slice(0, 8);
    return {
      label: both ? `${name} ${trace.phase}` : name,
      colour: lightColour(style),
      ...strokeFor(trace.role, style, both),
      opacity: isRaw ? 0.25 : 1,
      ...(isRaw ? measured(trace, picture.x) : drawnPoints(trace)),
      named: style !== undefined && !isRaw,
    };
  };
  // The best on top, and the grey ones below.
  const drawn = picture.traces.flatMap((trace) => [
    ...(trace.raw ? [line(trace, true)] : []),
    line(trace, false),
  ]);
  return [...drawn.filter(({ named }) => !named), ...drawn.filter(({ named }) => named)];
}

/** What is drawn, at its true places; the grid had moved it to where the screen can show it. */
function drawnPoints({ x, y, from }: Trace): { x: number[]; y: number[] } {
  const slots = [...y.keys()].filter((slot) => from[slot]! >= 0);
  return { x: slots.map((slot) => x[from[slot]!]!), y: slots.map((slot) => y[slot] ?? NaN) };
}

/** What was measured, behind what was smoothed. */
function measured({ x, values }: Trace, range: [number, number]): { x: number[]; y: number[] } {
  const [first, end] = inRange(x, range);
  return { x: x.slice(first, end), y: values.slice(first, end) };
}

function groupLines({ picture, runs, styles }: ShownPlot): FigureLine[] {
  const both = hasBoth(picture);
  return picture.groups.map((group) => {
    const style = styles.get(group.runs[0] ?? "");
    const name = runs.get(group.runs[0] ?? "")?.name ?? "";
    const { x, low } = present(picture.grid.x, group.mean, group.mean);
    return {
      label: `${name}${both ? ` ${group.phase}` : ""} (mean of ${group.runs.length})`,
      colour: lightColour(style),
      ...strokeFor(group.role, style, both),
      opacity: 1,
      x,
      y: low,
      named: style !== undefined,
    };
  });
}

/** The places where a group has a mean. */
function present(
  x: number[],
  low: (number | undefined)[],
  high: (number | undefined)[],
): { x: number[]; low: number[]; high: number[] } {
  const slots = [...x.keys()].filter((slot) => low[slot] !== undefined && high[slot] !== undefined);
  return {
    x: slots.map((slot) => x[slot]!),
    low: slots.map((slot) => low[slot]!),
    high: slots.map((slot) => high[slot]!),
  };
}
