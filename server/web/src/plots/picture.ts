/** What one plot draws, worked out from its lines: the same for the screen and for exports. */
import { bandsOf, type Band } from "./bands.ts";
import { placesOf, type Origin, type XAxis } from "./places.ts";
import { extent, type Line } from "./points.ts";
import { linearPart, rangeOf, type ScaleKind } from "./scale.ts";
import { bucketsFor, gridOf, type Grid, type Placed } from "./slots.ts";
import { smoothed, spacingOf } from "./smooth.ts";
import { meanOf, type Mean, type Spread } from "./spread.ts";
import type { Part, Role } from "./stems.ts";

/** A line of the picture: a row of its grid. */
export interface Trace extends Part {
  run: string;
  line: Line;
  /** The true places of its points, and its values as they were measured. */
  x: number[];
  values: number[];
  /** The values as they are drawn, on the grid. */
  y: (number | null | undefined)[];
  /** The row without smoothing, where there is one with. */
  raw: (number | null | undefined)[] | undefined;
  /** Which point stands in each slot; −1 for none. */
  from: Int32Array;
}

/** What the pointer can come near to: a line, or the mean of several. */
export interface Hoverable {
  /** The line; for a mean, that of the first of its runs. */
  trace: Trace;
  group: GroupTrace | undefined;
  y: (number | null | undefined)[];
}

/** Runs drawn as one. */
export interface GroupTrace extends Mean, Part {
  runs: string[];
}

/** A value that no line can show. */
export interface Mark {
  x: number;
  run: string;
  kind: "NaN" | "∞" | "−∞";
  /** Where it is, as a person says it. */
  at: string;
}

export interface Picture {
  axis: XAxis;
  grid: Grid;
  traces: Trace[];
  groups: GroupTrace[];
  hoverable: Hoverable[];
  bands: Band[];
  marks: Mark[];
  nonfinite: number;
  x: [number, number];
  y: { kind: ScaleKind; range: [number, number]; above: number; below: number; linearTo: number };
  /** How many points are drawn, and how many there are in the range. */
  kept: number;
  total: number;
}

export interface PictureOptions {
  axis: XAxis;
  scale: ScaleKind;
  trim: boolean;
  smoothing: number;
  zoom: [number, number] | undefined;
  origins: Map<string, Origin>;
  /** What each series is in the plot, by `name` and `phase`. */
  part: (name: string, phase: string) => Part;
  /** Which runs are drawn as one, and what the band around their mean shows. */
  groups: string[][] | undefined;
  spread: Spread;
  budget: number;
  pixels: number;
  /** Which runs need no more than a rough course; none without it. */
  isContext?: (run: string) => boolean;
}

/** The picture of these lines. */
export function pictureOf(lines: Line[], options: PictureOptions): Picture {
  const { axis, smoothing } = options;
  const placed = lines
    .filter((line) => line.values.length > 0)
    .map((line) => rising(placesOf(line, axis, options.origins.get(line.run)), line));
  const ends = extent(placed.flatMap(({ x }) => [x[0]!, x[x.length - 1]!])) ?? [0, 1];
  const x: [number, number] = options.zoom ?? (ends[0] < ends[1] ? ends : [ends[0] - 1, ends[1] + 1]);
  const buckets = bucketsFor(options.budget, placed.length, options.pixels);
  const { isContext = () => false } = options;
  const rows: Placed[] = placed.map(({ x, values, line }) => ({ x, y: values, isContext: isContext(line.run) }));
  const smooth = smoothing > 0 ? placed.map((item, at) => ({ ...rows[at]!, ...smoothedRow(item, smoothing) })) : [];
  const grid = gridOf([...rows, ...smooth], x, buckets);
  const traces = placed.map(({ line, x, values }, at): Trace => {
    const isSmooth = smooth.length > 0;
    const row = isSmooth ? at + placed.length : at;
    const raw = isSmooth ? grid.y[at]! : undefined;
    const part = options.part(line.name, line.phase);
    return { ...part, run: line.run, line, x, values, y: grid.y[row]!, raw, from: grid.from[row]! };
  });
  const groups = options.groups ? groupTraces(grid, traces, options) : [];
  const kept = traces.reduce((sum, { from }) => sum + from.reduce((n, at) => n + (at >= 0 ? 1 : 0), 0), 0);
  return {
    axis,
    grid,
    traces,
    groups,
    hoverable: hoverableOf(traces, groups),
    bands: bandsOf(traces),
    marks: marksOf(traces, x),
    nonfinite: lines.reduce((sum, { specials }) => sum + specials.nan + specials.infinite, 0),
    x,
    y: yRange(grid, traces, groups, x, options),
    kept,
    total: traces.reduce((sum, trace) => sum + inRangeTotal(trace, x), 0),
  };
}

const isOfPart = (one: Part, other: Part): boolean => one.role === other.role && one.phase === other.phase;

/** The parts that some line is of: training stands last. */
function partsIn(traces: readonly Part[]): Part[] {
  const parts: Part[] = [];
  for (const one of traces) if (!parts.some((part) => isOfPart(part, one))) parts.push(one);
  return parts.sort((a, b) => a.role.localeCompare(b.role));
}

/** Whether a plot has training and something else, so that they must be told apart. */
export const hasBoth = (picture: Picture): boolean => phasesOf(picture).length > 1;

/** The roles that a plot has, each with the names of its phases; training stands last. */
export function phasesOf({ traces }: Picture): { role: Role; phases: string }[] {
  const parts = partsIn(traces);
  return [...new Set(parts.map(({ role }) => role))].map((role) => ({
    role,
    phases: parts.flatMap((part) => (part.role === role && part.phase ? [part.phase] : [])).join(", "),
  }));
}

function hoverableOf(traces: Trace[], groups: GroupTrace[]): Hoverable[] {
  if (groups.length === 0) return traces.map((trace) => ({ trace, group: undefined, y: trace.y }));
  return groups.flatMap((group) => {
    const trace = traces.find((one) => isOfPart(one, group) && group.runs.includes(one.run));
    return trace ? [{ trace, group, y: group.mean }] : [];
  });
}

/** Points in the order of their places: a resumed run may stand at one step twice. */
function rising(x: number[], line: Line): { x: number[]; values: number[]; line: Line } {
  const isRising = x.every((place, at) => at === 0 || place >= x[at - 1]!);
  if (isRising) return { x, values: line.values, line };
  const order = x.map((_, at) => at).sort((a, b) => x[a]! - x[b]!);
  const of = <T>(list: T[]): T[] => order.map((at) => list[at]!);
  const sorted = { ...line, epochs: of(line.epochs), steps: of(line.steps), times: of(line.times), values: of(line.values) };
  return { x: of(x), values: sorted.values, line: sorted };
}

function smoothedRow({ x, values, line }: { x: number[]; values: number[]; line: Line }, weight: number): Placed {
  return { x, y: smoothed(x, values, weight, spacingOf(x, line.total)) };
}

function groupTraces(grid: Grid, traces: Trace[], options: PictureOptions): GroupTrace[] {
  const found: GroupTrace[] = [];
  const parts = partsIn(traces);
  for (const runs of options.groups ?? []) {
    const members = new Set(runs);
    for (const { role, phase } of parts) {
      const rows = traces.filter((trace) => isOfPart(trace, { role, phase }) && members.has(trace.run));
      if (rows.length === 0) continue;
      const mean = meanOf(grid.x, rows.map(({ y }) => y), options.spread);
      found.push({ ...mean, runs, role, phase });
    }
  }
  return found;
}

function yRange(
  grid: Grid,
  traces: Trace[],
  groups: GroupTrace[],
  [low, high]: [number, number],
  { scale, trim }: PictureOptions,
): Picture["y"] {
  const rows = groups.length > 0 ? groups.flatMap((group) => [group.low, group.high]) : traces.flatMap(({ y, raw }) => (raw ? [y, raw] : [y]));
  const values: number[] = [];
  for (const row of rows) {
    row.forEach((value, slot) => {
      const isInside = grid.x[slot]! >= low && grid.x[slot]! <= high;
      if (typeof value === "number" && isInside && (scale !== "log" || value > 0)) values.push(value);
    });
  }
  const found = rangeOf(values, trim) ?? { range: scale === "log" ? [0.1, 1] : [0, 1], above: 0, below: 0 };
  const range = padded(found.range as [number, number], scale);
  return { kind: scale, range, above: found.above, below: found.below, linearTo: linearPart(range) };
}

/** A little room, so that no line runs along the frame. */
function padded([low, high]: [number, number], scale: ScaleKind): [number, number] {
  if (scale === "log") {
    const room = Math.max((high / low) ** 0.05, 1.02);
    return [low / room, high * room];
  }
  const room = high > low ? (high - low) * 0.05 : Math.abs(low) * 0.05 || 0.5;
  // Losses and counts begin at zero: a line below it would say that there could be less.
  return [low >= 0 && low - room < 0 ? 0 : low - room, high + room];
}

function marksOf(traces: Trace[], [low, high]: [number, number]): Mark[] {
  const marks: Mark[] = [];
  for (const { run, line, x, values } of traces) {
    const own: Mark[] = [];
    values.forEach((value, at) => {
      if (Number.isFinite(value)) return;
      own.push({ x: x[at]!, run, kind: kindOf(value), at: placeOf(line.epochs[at]!, line.steps[at]!) });
    });
    const { first, unit, nan, infinite } = line.specials;
    // Thinning may have left the first one out; its place is told all the same.
    if (own.length === 0 && nan + infinite > 0 && first !== undefined) {
      const counted = unit === "step" ? line.steps : unit === "epoch" ? line.epochs : line.times;
      const at = Math.max(0, counted.findLastIndex((place) => place <= first));
      const said = unit === "time" ? placeOf(line.epochs[at]!, line.steps[at]!) : `${unit} ${first}`;
      own.push({ x: x[at]!, run, kind: nan > 0 ? "NaN" : "∞", at: said });
    }
    marks.push(...own.filter((mark) => mark.x >= low && mark.x <= high));
  }
  return marks.sort((a, b) => a.x - b.x);
}

const kindOf = (value: number): Mark["kind"] => (Number.isNaN(value) ? "NaN" : value > 0 ? "∞" : "−∞");

/** Where a point is, as a person says it. */
export function placeOf(epoch: number, step: number): string {
  if (step === 0) return `epoch ${epoch}`;
  return epoch === 0 ? `step ${step}` : `epoch ${epoch}, step ${step}`;
}

/** A whole line knows its points; of a thinned one the server has counted those of the range asked for. */
function inRangeTotal({ line, x }: Trace, [low, high]: [number, number]): number {
  if (line.values.length < line.total) return line.total;
  return x.reduce((count, place) => count + (place >= low && place <= high ? 1 : 0), 0);
}
