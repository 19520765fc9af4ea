// Runs of a group drawn as one: their mean, with how far they spread.

/** What a band around a mean shows. */
export type Spread = "std" | "range";

type Row = (number | null | undefined)[];

/** The mean of several lines on one grid. */
export interface Mean {
  mean: (number | undefined)[];
  low: (number | undefined)[];
  high: (number | undefined)[];
  /** Of how many lines; it drops where some have ended. */
  count: number[];
}

/**
 * The mean of these lines at each place of their grid. Where a line has no point, it counts with the
 * value between its neighbours, so that lines that were measured at other places do not make the mean
 * jump; outside of its ends it does not count.
 */
export function meanOf(x: number[], rows: Row[], spread: Spread): Mean {
  const filled = rows.map((row) => between(x, row));
  const mean: Mean = { mean: [], low: [], high: [], count: [] };
  x.forEach((_, slot) => {
    const values = filled.map((line) => line[slot]).filter((value) => value !== undefined);
    const count = values.length;
    mean.count.push(count);
    if (count === 0) {
      mean.mean.push(undefined);
      mean.low.push(undefined);
      mean.high.push(undefined);
      return;
    }
    const middle = values.reduce((sum, value) => sum + value, 0) / count;
    const squares = values.reduce((sum, value) => sum + (value - middle) ** 2, 0);
    // Of a sample: a group is some of the seeds that might have been.
    const std = count > 1 ? Math.sqrt(squares / (count - 1)) : 0;
    mean.mean.push(middle);
    mean.low.push(spread === "std" ? middle - std : Math.min(...values));
    mean.high.push(spread === "std" ? middle + std : Math.max(...values));
  });
  return mean;
}

/** A line with values between its points, and none outside of its ends. */
function between(x: number[], y: Row): (number | undefined)[] {
  const filled = new Array<number | undefined>(y.length).fill(undefined);
  let before = -1;
  y.forEach((value, slot) => {
    if (typeof value !== "number") return;
    filled[slot] = value;
    for (let at = before + 1; before >= 0 && at < slot; at += 1) {
      const part = (x[at]! - x[before]!) / (x[slot]! - x[before]!);
      filled[at] = filled[before]! + part * (value - filled[before]!);
    }
    before = slot;
  });
  return filled;
}
