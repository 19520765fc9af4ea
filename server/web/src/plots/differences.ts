// One line less another.

import type { Line } from "./points.ts";

/**
 * The second run less the first, for each series that both have: at the places of the second, with the
 * value of the first between its points. Where the first has none, there is no difference.
 */
export function differencesOf(
  lines: Line[],
  [first, second]: [string, string],
  places: (line: Line) => number[],
): Line[] {
  return lines
    .filter(({ run }) => run === second)
    .flatMap((line) => {
      const other = lines.find(({ run, name, phase }) => run === first && name === line.name && phase === line.phase);
      if (!other || other.values.length === 0) return [];
      const known = places(other);
      const values = places(line).map((x, at) => line.values[at]! - valueAt(known, other.values, x));
      const at = [...values.keys()].filter((index) => !Number.isNaN(values[index]!));
      const of = <T>(list: T[]): T[] => at.map((index) => list[index]!);
      const taken = { epochs: of(line.epochs), steps: of(line.steps), times: of(line.times), values: of(values) };
      const specials = { ...line.specials, nan: 0, infinite: 0, first: undefined };
      return [{ ...line, ...taken, specials, total: at.length }];
    });
}

/** The value of a line at a place between its points; NaN outside of its ends. */
function valueAt(x: number[], y: number[], place: number): number {
  let low = 0;
  let high = x.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (x[middle]! < place) low = middle + 1;
    else high = middle;
  }
  if (x[low] === place) return y[low]!;
  if (low === 0 || low === x.length) return NaN;
  const part = (place - x[low - 1]!) / (x[low]! - x[low - 1]!);
  return y[low - 1]! + part * (y[low]! - y[low - 1]!);
}
