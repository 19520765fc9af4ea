/** What a plot says to those who read or hear it. */
import { clock, count, duration, exact, number } from "../format.ts";
import type { Direction } from "../types.ts";
import type { Near } from "./nearest.ts";
import { phasesOf, placeOf, type Picture, type Trace } from "./picture.ts";
import type { PlotRun } from "./run.ts";

/** The best value of a plot, with its run and its place. */
export function bestOf(
  { traces }: Picture,
  direction: Direction | undefined,
): { trace: Trace; at: number; value: number } | undefined {
  if (!direction) return undefined;
  const sign = direction === "maximize" ? -1 : 1;
  const isTested = traces.some(({ role }) => role === "test");
  let best: { trace: Trace; at: number; value: number } | undefined;
  for (const trace of traces) {
    if (isTested && trace.role !== "test") continue;
    trace.values.forEach((value, at) => {
      if (Number.isFinite(value) && (!best || sign * value < sign * best.value)) best = { trace, at, value };
    });
  }
  return best;
}

/** The label of a plot for a screen reader. */
export function labelOf(
  title: string,
  picture: Picture,
  names: Map<string, PlotRun>,
  direction: Direction | undefined,
): string {
  const runs = new Set(picture.traces.map(({ run }) => run)).size;
  const best = bestOf(picture, direction);
  const phases = phasesOf(picture).flatMap(({ phases }) => phases || []);
  const parts = [title, ...(phases.length > 0 ? [phases.join(" and ")] : []), `${runs} ${runs === 1 ? "run" : "runs"}`];
  if (best) {
    const name = names.get(best.trace.run)?.name ?? "";
    parts.push(`best ${number(best.value)} ${name} at ${placeAt(best.trace, best.at)}`);
  }
  return `${parts.join(", ")}. Arrow keys move a cursor.`;
}

export const placeAt = ({ line }: Trace, at: number): string => placeOf(line.epochs[at]!, line.steps[at]!);

/** The place of a point with the time where the axis is one. */
export function pointPlace(picture: Picture, trace: Trace, at: number): string {
  const place = placeAt(trace, at);
  if (picture.axis === "wall") return `${place}, ${clock(trace.line.times[at]! / 1000)}`;
  if (picture.axis === "relative") return `${place}, after ${duration(trace.x[at]!)}`;
  return picture.axis === "percent" ? `${place}, ${number(trace.x[at]!)} %` : place;
}

/** What is said where the data cursor comes to. */
export function spoken(picture: Picture, { trace, group, at, slot }: Near, name: string): string {
  const who = `${name} ${trace.phase}`.trim();
  if (group) return `${who}: mean ${number(group.mean[slot] ?? NaN)} of ${group.count[slot]} runs`;
  return `${who}: ${exactly(trace.values[at]!)} at ${pointPlace(picture, trace, at)}`;
}

/** All digits, also of the three that JSON lacks. */
export const exactly = (value: number): string => (Number.isFinite(value) ? exact(value) : number(value));

/** How much of the data is drawn, where that is not all. */
export function coverage({ kept, total, nonfinite }: Picture): string[] {
  const parts: string[] = [];
  if (kept < total) parts.push(`${count(kept)} of ${count(total)} points, all extremes kept`);
  if (nonfinite > 0) parts.push(`${count(nonfinite)} ${nonfinite === 1 ? "value is" : "values are"} NaN or infinite`);
  return parts;
}
