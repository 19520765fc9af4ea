/** From a picture to the rows that a chart draws. */
import type { Style } from "../state.ts";
import type { DrawnRow, Stroke } from "./chart.ts";
import type { DrawnSpread, RaisedRow } from "./layers.ts";
import { hasBoth, type Picture, type Trace } from "./picture.ts";
import type { Role } from "./stems.ts";
import { colourFor, strokeFor } from "./styles.ts";

/** The raw line behind a smoothed one. */
const BEHIND = 0.25;

export interface Look {
  styles: Map<string, Style>;
  /** Runs in their order: the first is drawn last, above the others. */
  order: Map<string, number>;
}

export interface Drawing {
  rows: DrawnRow[];
  spreads: DrawnSpread[];
}

export function drawingOf(picture: Picture, look: Look): Drawing {
  if (picture.groups.length > 0) return groupDrawing(picture, look);
  const both = hasBoth(picture);
  const rows = picture.traces.flatMap((trace): DrawnRow[] => {
    const level = (trace.role === "test" ? 0.2 : 0) - (look.order.get(trace.run) ?? 0);
    const stroke = strokeOf(trace.run, trace.role, look, both, level);
    const key = keyOf(trace);
    const main = { key, y: trace.y, stroke };
    if (!trace.raw) return [main];
    const behind = { ...stroke, width: 1, alpha: BEHIND, level: stroke.level - 0.5 };
    return [{ key: `${key} raw`, y: trace.raw, stroke: behind }, main];
  });
  return { rows, spreads: [] };
}

const keyOf = ({ run, line }: Trace): string => `${run} ${line.name} ${line.phase}`;

/** The rows of runs that stand out: as they are, but thicker. */
export function raisedRows(picture: Picture, { styles }: Look, raised: ReadonlySet<string>): RaisedRow[] {
  const both = hasBoth(picture);
  return picture.hoverable
    .filter(({ trace, group }) => (group ? group.runs.some((run) => raised.has(run)) : raised.has(trace.run)))
    .map(({ trace, y }) => {
      const style = styles.get(trace.run);
      const { width, dash } = strokeFor(trace.role, style, both);
      return { y, colour: colourFor(style, true), width: width + 1, dash };
    });
}

function strokeOf(run: string, role: Role, { styles }: Look, both: boolean, level: number): Stroke {
  const style = styles.get(run);
  return { colour: colourFor(style), ...strokeFor(role, style, both), alpha: 1, level: (style ? 2000 : 1000) + level };
}

function groupDrawing(picture: Picture, look: Look): Drawing {
  const both = hasBoth(picture);
  const rows = picture.groups.map((group, at): DrawnRow => ({
    key: `${group.runs[0]} ${group.role} ${group.phase} mean`,
    y: group.mean,
    stroke: strokeOf(group.runs[0] ?? "", group.role, look, both, -at),
  }));
  const spreads = picture.groups
    .map((group, at) => ({ group, colour: rows[at]!.stroke.colour }))
    .filter(({ group }) => group.role === "test" || !both)
    .map(({ group: { low, high }, colour }) => ({ low, high, colour }));
  return { rows, spreads };
}
