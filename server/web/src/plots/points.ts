// Histories as the server sends them, and as the plots hold them.

import { toNumber } from "../format.ts";
import type { Num } from "../types.ts";
import type { ServerAxis } from "./places.ts";

/** A history of `POST /api/v1/series`. */
export interface WireHistory {
  aggregate: string;
  series: {
    name: string;
    phase: string;
    epochs: number[];
    steps: number[];
    times: number[];
    numbers: Num[];
    json: [number, unknown][];
  };
  total: number;
  specials: { nan: number; infinite: number; json: number; first: number | null };
}

/** What of a history no line can show. */
export interface Specials {
  nan: number;
  infinite: number;
  /** Values that are other JSON, which no line counts. */
  json: number;
  /** Where the first of them is, in `unit`. */
  first: number | undefined;
  unit: ServerAxis;
}

/** One series of one run, thinned or whole. Times are in microseconds, as the server has them. */
export interface Line {
  run: string;
  name: string;
  phase: string;
  epochs: number[];
  steps: number[];
  times: number[];
  values: number[];
  /** How many points the server has in the range, of which these are those kept. */
  total: number;
  specials: Specials;
}

const numberOf = (value: Num): number => toNumber(value) ?? NaN;

/** The line that a history draws. Values that are no numbers but other JSON draw nothing. */
export function lineOf(history: WireHistory, unit: ServerAxis): Line {
  const { series, specials } = history;
  const other = new Set(series.json.map(([index]) => index));
  const keep = (_: unknown, index: number) => !other.has(index);
  const taken = <T>(list: T[]) => (other.size > 0 ? list.filter(keep) : list);
  return {
    run: history.aggregate,
    name: series.name,
    phase: series.phase,
    epochs: taken(series.epochs),
    steps: taken(series.steps),
    times: taken(series.times),
    values: taken(series.numbers).map(numberOf),
    total: history.total - specials.json,
    specials: {
      nan: specials.nan,
      infinite: specials.infinite,
      json: specials.json,
      first: specials.first ?? undefined,
      unit,
    },
  };
}

/** The least and the greatest of a list; none of an empty one. */
export function extent(values: Iterable<number>): [number, number] | undefined {
  let low = Infinity;
  let high = -Infinity;
  for (const value of values) {
    if (!Number.isFinite(value)) continue;
    if (value < low) low = value;
    if (value > high) high = value;
  }
  return low <= high ? [low, high] : undefined;
}

/** New points of a `points` event. */
export interface Tail {
  name: string;
  phase: string;
  steps: number[];
  epochs: number[];
  times: number[];
  values: Num[];
  /** How many points the series has with these. */
  total: number;
}

/** Whether a line has fewer points than an event tells of: some were missed. */
export function hasGap(line: Line, tail: Tail): boolean {
  return line.specials.json === 0 && line.total < tail.total;
}

/**
 * A line with what has come since. A point that stands already is not added again, for an answer and
 * an event may tell of the same one.
 */
export function appended(line: Line, tail: Tail): Line {
  const last = line.times.length - 1;
  const known = (at: number) => {
    if (last < 0) return false;
    const epoch = tail.epochs[at]! - line.epochs[last]!;
    const step = tail.steps[at]! - line.steps[last]!;
    const time = tail.times[at]! - line.times[last]!;
    return epoch < 0 || (epoch === 0 && (step < 0 || (step === 0 && time <= 0)));
  };
  const fresh = tail.times.map((_, at) => at).filter((at) => !known(at));
  if (fresh.length === 0) return line;
  const of = <T>(list: T[]) => fresh.map((at) => list[at]!);
  const values = of(tail.values).map(numberOf);
  return {
    ...line,
    epochs: [...line.epochs, ...of(tail.epochs)],
    steps: [...line.steps, ...of(tail.steps)],
    times: [...line.times, ...of(tail.times)],
    values: [...line.values, ...values],
    total: line.total + fresh.length,
    specials: {
      ...line.specials,
      nan: line.specials.nan + values.filter(Number.isNaN).length,
      infinite: line.specials.infinite + values.filter((value) => Math.abs(value) === Infinity).length,
    },
  };
}
