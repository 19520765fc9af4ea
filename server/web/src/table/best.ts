/** The best of each metric column. */
import { toNumber } from "../format.ts";
import type { Column } from "./columns.ts";
import { isSpread } from "./lines.ts";

/** A number of a cell: of a group its mean. */
export const cellNumber = (value: unknown): number | undefined =>
  toNumber(isSpread(value) ? value.mean : value);

/** By field. Only meaningful where all runs have been read. */
export function bestOf(columns: readonly Column[], cells: (field: string) => readonly unknown[]): Map<string, number> {
  const best = new Map<string, number>();
  for (const { field } of columns) {
    if (field.kind !== "metric" || !field.direction) continue;
    const sign = field.direction === "min" ? 1 : -1;
    let found: number | undefined;
    let count = 0;
    for (const cell of cells(field.field)) {
      const value = cellNumber(cell);
      // What has diverged is no best, though nothing is less than minus infinity.
      if (value === undefined || !Number.isFinite(value)) continue;
      count++;
      if (found === undefined || sign * value < sign * found) found = value;
    }
    // A single run is not better than another.
    if (found !== undefined && count > 1) best.set(field.field, found);
  }
  return best;
}
