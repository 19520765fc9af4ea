// Where the points of a line stand along the x axis.

import { extent, type Line } from "./points.ts";

/** What a plot is laid out along. */
export type XAxis = "epoch" | "step" | "phase-step" | "wall" | "relative" | "percent";

/** All of them, in the order in which `[` and `]` go through them. */
export const X_AXES: { value: XAxis; label: string; title: string }[] = [
  { value: "epoch", label: "Epoch", title: "epoch" },
  { value: "step", label: "Step", title: "step" },
  { value: "phase-step", label: "Step of the phase", title: "step of the phase" },
  { value: "wall", label: "Wall time", title: "time" },
  { value: "relative", label: "Time since start", title: "time since the start" },
  { value: "percent", label: "0–100 % of each run", title: "% of the run" },
];

/** What the server counts a range in. */
export type ServerAxis = "step" | "epoch" | "time";

/** Where a whole run begins and ends: what places are counted from that are not absolute. */
export interface Origin {
  time: number;
  steps: [number, number];
  epochs: [number, number];
  /** The first step in each phase. */
  phases: Map<string, number>;
}

/** The origins of the runs of whole lines. */
export function originsOf(lines: Line[]): Map<string, Origin> {
  const origins = new Map<string, Origin>();
  for (const line of lines) {
    const time = extent(line.times);
    const steps = extent(line.steps);
    const epochs = extent(line.epochs);
    if (!time || !steps || !epochs) continue;
    const known = origins.get(line.run);
    const first = known?.phases.get(line.phase) ?? Infinity;
    origins.set(line.run, {
      time: Math.min(known?.time ?? Infinity, time[0]),
      steps: wider(known?.steps, steps),
      epochs: wider(known?.epochs, epochs),
      phases: new Map(known?.phases).set(line.phase, Math.min(first, steps[0])),
    });
  }
  return origins;
}

function wider(known: [number, number] | undefined, other: [number, number]): [number, number] {
  return known ? [Math.min(known[0], other[0]), Math.max(known[1], other[1])] : other;
}

/** The axis that is shown where nobody has chosen one. */
export function usualAxis(origins: Map<string, Origin>): XAxis {
  const all = [...origins.values()];
  if (all.some(({ epochs }) => epochs[1] > epochs[0])) return "epoch";
  return all.some(({ steps }) => steps[1] > steps[0]) || all.length === 0 ? "step" : "relative";
}

/** The places of the points of a line. */
export function placesOf(line: Line, axis: XAxis, origin: Origin | undefined): number[] {
  switch (axis) {
    case "step":
      return line.steps;
    case "wall":
      return line.times.map((time) => time / 1e6);
    case "epoch":
      return epochPlaces(line);
    case "phase-step": {
      const first = origin?.phases.get(line.phase) ?? line.steps[0] ?? 0;
      return line.steps.map((step) => step - first);
    }
    case "relative": {
      const start = origin?.time ?? line.times[0] ?? 0;
      return line.times.map((time) => (time - start) / 1e6);
    }
    case "percent": {
      const byStep = origin !== undefined && origin.steps[1] > origin.steps[0];
      const places = byStep ? line.steps : line.epochs;
      const [low, high] = (byStep ? origin.steps : origin?.epochs) ?? extent(places) ?? [0, 0];
      return places.map((place) => (high > low ? (100 * (place - low)) / (high - low) : 100));
    }
  }
}

/**
 * An epoch with one point has it at the epoch itself. Where it has several, they are spread over the
 * time before its end, by their steps: the last of epoch 3 stands at 3, where what was measured after
 * the epoch stands too.
 */
function epochPlaces(line: Line): number[] {
  const { epochs, steps } = line;
  const places = [...epochs];
  let usual = 0;
  for (let first = 0; first < epochs.length; ) {
    let next = first + 1;
    while (next < epochs.length && epochs[next] === epochs[first]) next += 1;
    const count = next - first;
    if (count > 1) {
      const begin = steps[first]!;
      const isRising = steps[next - 1]! > begin;
      const after = steps[next];
      // The next epoch tells where this one ends, unless its steps begin anew.
      const measured = after !== undefined && after > steps[next - 1]! ? after - begin : 0;
      const length = measured || Math.max(usual, steps[next - 1]! - begin + 1);
      usual = Math.max(usual, measured);
      for (let at = first; at < next; at += 1) {
        const part = isRising ? (steps[at]! - begin + 1) / length : (at - first + 1) / count;
        places[at] = epochs[first]! - 1 + part;
      }
    }
    first = next;
  }
  return places;
}

/** What the server counts a range of this axis in, where `inner` is what these lines are thinned along. */
export function serverAxis(axis: XAxis, inner: ServerAxis): ServerAxis {
  return axis === "wall" ? "time" : inner;
}

/**
 * The range of the server that holds a range of the axis, seen from the points that are here: from the
 * last point before it to the first behind it, so that lines run to both edges.
 */
export function serverRange(
  lines: Line[],
  axis: XAxis,
  inner: ServerAxis,
  origins: Map<string, Origin>,
  [low, high]: [number, number],
): [number, number] | undefined {
  const unit = serverAxis(axis, inner);
  let from = Infinity;
  let to = -Infinity;
  for (const line of lines) {
    const places = placesOf(line, axis, origins.get(line.run));
    const counted = unit === "time" ? line.times : unit === "step" ? line.steps : line.epochs;
    let before = 0;
    let behind = places.length - 1;
    for (let at = 0; at < places.length; at += 1) {
      if (places[at]! <= low) before = at;
      if (places[at]! >= high) {
        behind = at;
        break;
      }
    }
    if (places.length === 0) continue;
    from = Math.min(from, counted[before]!);
    to = Math.max(to, counted[behind]!);
  }
  return from <= to ? [from, to] : undefined;
}

/**
 * The axis along which the server thins well: steps, unless they stand still or begin anew in each
 * epoch, so that few pieces would hold all points; then epochs or times, whichever tells more apart.
 */
export function thinningAxis(lines: Line[]): ServerAxis {
  const thinned = lines.filter((line) => line.values.length < line.total);
  const reach = (list: number[]) => {
    const ends = extent(list);
    return ends ? ends[1] - ends[0] + 1 : 0;
  };
  if (thinned.every((line) => reach(line.steps) >= line.total / 2)) return "step";
  return thinned.every((line) => reach(line.times) >= line.total) ? "time" : "epoch";
}
