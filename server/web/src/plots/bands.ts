// Where phases follow one another along the axis: bands with names.

import { extent } from "./points.ts";

/** A part of the axis in which all points are of one phase. */
export interface Band {
  phase: string;
  from: number;
  to: number;
}

/**
 * The bands of these lines: none where phases take turns, as training and testing do, since then all
 * of the axis is of both.
 */
export function bandsOf(lines: { phase: string; x: number[] }[]): Band[] {
  const reach = new Map<string, [number, number]>();
  for (const { phase, x } of lines) {
    const ends = extent(x);
    if (!ends) continue;
    const known = reach.get(phase) ?? ends;
    reach.set(phase, [Math.min(known[0], ends[0]), Math.max(known[1], ends[1])]);
  }
  const bands = [...reach].map(([phase, [from, to]]) => ({ phase, from, to }));
  bands.sort((a, b) => a.from - b.from);
  const overlap = bands.some((band, at) => at > 0 && band.from < bands[at - 1]!.to);
  if (bands.length < 2 || overlap) return [];
  // Between the last point of a phase and the first of the next one the axis belongs to the next.
  return bands.map((band, at) => ({ ...band, from: at > 0 ? bands[at - 1]!.to : band.from }));
}
