// Lines on one grid: uPlot wants the same x values for all of them.

/** A line with its places on the x axis, which rise. */
export interface Placed {
  x: number[];
  y: number[];
  /** Whether a rough course is enough. */
  isContext?: boolean;
}

/** Lines on one grid. */
export interface Grid {
  x: number[];
  /** A value for each x; `undefined` where a line has no point, `null` where it has no number. */
  y: (number | null | undefined)[][];
  /** Which point of its line stands in each slot; −1 where there is none. */
  from: Int32Array[];
}

/** A bucket has its first, its least, its greatest and its last point. */
const SLOTS = 4;
/** Buckets of a line that is context alone. */
const CONTEXT = 25;

/**
 * How many buckets a plot has: as many as the budget of points allows, but no more than pixels, where
 * more could not be seen, and fifty at least.
 */
export function bucketsFor(budget: number, lines: number, pixels: number): number {
  const allowed = Math.floor(budget / (SLOTS * Math.max(lines, 1)));
  return Math.max(50, Math.min(allowed, Math.max(pixels, 50)));
}

/**
 * Puts lines on one grid. Where they have few places in all, the grid is exactly those; otherwise the
 * range is cut into buckets of four slots, and of each line and bucket the first, least, greatest and
 * last point stay. No extreme is lost, and none is moved by more than one bucket.
 */
export function gridOf(lines: Placed[], range: [number, number], buckets: number): Grid {
  const distinct = distinctPlaces(lines, range, SLOTS * buckets);
  return distinct ? exactGrid(lines, distinct) : slotGrid(lines, range, buckets);
}

/** Which points of a line are in the range, and one more at both ends, so that it runs to the edge. */
export function inRange(x: number[], [low, high]: [number, number]): [number, number] {
  let first = 0;
  while (first + 1 < x.length && x[first + 1]! < low) first += 1;
  let end = x.length;
  while (end - 1 > first && x[end - 2]! > high) end -= 1;
  return [first, end];
}

function distinctPlaces(
  lines: Placed[],
  range: [number, number],
  most: number,
): number[] | undefined {
  const found = new Set<number>();
  for (const { x } of lines) {
    const [first, end] = inRange(x, range);
    for (let at = first; at < end; at += 1) {
      // Two points of one line at one place cannot both stand on a grid of places.
      if (at > first && x[at] === x[at - 1]) return undefined;
      found.add(x[at]!);
      if (found.size > most) return undefined;
    }
  }
  return [...found].sort((a, b) => a - b);
}

function exactGrid(lines: Placed[], x: number[]): Grid {
  const slotOf = new Map(x.map((place, slot) => [place, slot]));
  const grid: Grid = { x, y: [], from: [] };
  for (const line of lines) {
    const { y, from } = emptyRow(grid, x.length);
    line.x.forEach((place, at) => {
      const slot = slotOf.get(place);
      if (slot !== undefined) set(y, from, slot, line.y[at]!, at);
    });
  }
  return grid;
}

function slotGrid(lines: Placed[], range: [number, number], buckets: number): Grid {
  const [low, high] = range;
  const width = (high - low || 1) / buckets;
  // A bucket before the range and one behind it hold what leads to its edges.
  const count = (buckets + 2) * SLOTS;
  const x = Array.from({ length: count }, (_, slot) => low + width * ((slot + 0.5) / SLOTS - 1));
  const grid: Grid = { x, y: [], from: [] };
  for (const line of lines) {
    const { y, from } = emptyRow(grid, count);
    // Several buckets together are one of context.
    const wide = line.isContext ? Math.max(1, Math.ceil(buckets / CONTEXT)) : 1;
    const bucketOf = (place: number): number => {
      const bucket = Math.max(0, Math.min(buckets + 1, Math.floor((place - low) / width) + 1));
      return bucket - (bucket % wide);
    };
    const [first, end] = inRange(line.x, range);
    for (let start = first; start < end; ) {
      const bucket = bucketOf(line.x[start]!);
      let next = start + 1;
      while (next < end && bucketOf(line.x[next]!) === bucket) next += 1;
      const kept = keepExtremes(line.y, start, next);
      const most = Math.min(wide, buckets + 2 - bucket) * SLOTS;
      const slots = slotsFor(kept.map((at) => ((line.x[at]! - low) / width + 1 - bucket) * SLOTS), most);
      kept.forEach((at, index) => set(y, from, bucket * SLOTS + slots[index]!, line.y[at]!, at));
      start = next;
    }
  }
  return grid;
}

function emptyRow(grid: Grid, length: number) {
  const y: (number | null | undefined)[] = new Array<undefined>(length).fill(undefined);
  const from = new Int32Array(length).fill(-1);
  grid.y.push(y);
  grid.from.push(from);
  return { y, from };
}

function set(
  y: (number | null | undefined)[],
  from: Int32Array,
  slot: number,
  value: number,
  at: number,
) {
  y[slot] = Number.isFinite(value) ? value : null;
  from[slot] = at;
}

/** The first, least, greatest and last of the points from `start` to before `end`, in their order. */
export function keepExtremes(y: number[], start: number, end: number): number[] {
  if (end - start <= SLOTS) return Array.from({ length: end - start }, (_, at) => start + at);
  let least = -1;
  let most = -1;
  for (let at = start; at < end; at += 1) {
    const value = y[at]!;
    if (!Number.isFinite(value)) continue;
    if (least < 0 || value < y[least]!) least = at;
    if (most < 0 || value > y[most]!) most = at;
  }
  const kept = new Set([start, end - 1]);
  if (least >= 0) kept.add(least).add(most);
  return [...kept].sort((a, b) => a - b);
}

/** Of so many slots, those nearest to these places that keep their order. */
function slotsFor(places: number[], count: number): number[] {
  const slots: number[] = [];
  places.forEach((place, index) => {
    const wished = Math.max(0, Math.min(count - 1, Math.floor(place)));
    const least = index === 0 ? 0 : slots[index - 1]! + 1;
    const most = count - (places.length - index);
    slots.push(Math.max(least, Math.min(most, wished)));
  });
  return slots;
}
