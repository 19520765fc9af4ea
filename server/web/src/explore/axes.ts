// The axes of parallel coordinates and of a scatter plot: where each value stands.

import { text } from "../format.ts";
import { scaleOf, type Scale } from "../plots/scale.ts";

/** A value of a field in one run; none where the run has no such field. */
export type Cell = unknown;

/** A value as a key: the number 1 and the text `1` are different values. */
const keyOf = (value: Cell): string => `${typeof value} ${JSON.stringify(value)}`;

/** An axis with a place from 0 to 1 for each run. */
export interface FieldAxis {
  field: string;
  kind: "numbers" | "categories";
  /** The place of each run; runs without a value stand on the tick below all others. */
  places: number[];
  ticks: { place: number; label: string; count?: number }[];
  /** Each run's value, for tooltips. */
  values: Cell[];
  /** How high the band of a category is; 0 for numbers. */
  band: number;
  isLog: boolean;
  /** How a part of the axis is said in a filter; none where it holds no value. */
  condition(from: number, to: number): string | undefined;
}

/** Where values are that a run does not have; numbers begin above it. */
const MISSING = 0;
const LEAST = 0.12;
/** Beyond this ratio the small values of a linear axis could not be told apart. */
const LOG_RATIO = 100;

/** The axis of a field with these values, one for each run. */
export function axisOf(field: string, values: Cell[], write: (value: number) => string): FieldAxis {
  const present = values.filter((value) => value !== null && value !== undefined);
  const numbers = present.filter((value) => typeof value === "number");
  const isNumeric = numbers.length > 0 && numbers.length === present.length;
  const missing = values.length - present.length;
  return isNumeric
    ? numberAxis(field, values, numbers, missing, write)
    : categoryAxis(field, values, missing);
}

/** The scale for numbers: logarithmic where they reach over two powers of ten, and are positive. */
export function numberScale(numbers: number[]): Scale {
  const finite = numbers.filter(Number.isFinite);
  const low = Math.min(...finite);
  const high = Math.max(...finite);
  return scaleOf(low > 0 && high / low >= LOG_RATIO ? "log" : "linear", [low, high]);
}

function numberAxis(
  field: string,
  values: Cell[],
  numbers: number[],
  missing: number,
  write: (value: number) => string,
): FieldAxis {
  const scale = numberScale(numbers);
  const begin = missing > 0 || numbers.some((value) => !Number.isFinite(value)) ? LEAST : 0;
  const lift = (place: number) => begin + place * (1 - begin);
  const distinct = [...new Set(numbers)].filter(Number.isFinite).sort((a, b) => a - b);
  const shown = distinct.length <= 6 ? distinct : scale.ticks(5);
  const ticks = shown.map((value) => ({ place: lift(scale.at(value)), label: write(value) }));
  if (begin > 0) ticks.unshift({ place: MISSING, label: "none" });
  const isShown = (value: Cell): value is number =>
    typeof value === "number" && Number.isFinite(value);
  return {
    field,
    values,
    band: 0,
    kind: "numbers",
    isLog: scale.kind === "log",
    places: values.map((value) => (isShown(value) ? lift(scale.at(value)) : MISSING)),
    ticks,
    condition: (from, to) => {
      const held = distinct.filter((value) => {
        const place = lift(scale.at(value));
        return place >= from && place <= to;
      });
      if (held.length === 0) return undefined;
      // The very values, so that the filter finds what the brush holds, whatever is rounded.
      const [low, high] = [held[0]!, held[held.length - 1]!];
      return low === high ? `${field} = ${low}` : `${field} >= ${low} and ${field} <= ${high}`;
    },
  };
}

function categoryAxis(field: string, values: Cell[], missing: number): FieldAxis {
  const counts = new Map<string, { value: Cell; count: number }>();
  for (const value of values) {
    if (value === null || value === undefined) continue;
    const key = keyOf(value);
    counts.set(key, { value, count: (counts.get(key)?.count ?? 0) + 1 });
  }
  const order = [...counts].sort(([, a], [, b]) =>
    text(a.value).localeCompare(text(b.value), undefined, { numeric: true }),
  );
  const bands = order.length + (missing > 0 ? 1 : 0);
  const middle = (band: number) => (band + 0.5) / Math.max(bands, 1);
  const offset = missing > 0 ? 1 : 0;
  const places = new Map(order.map(([key], at) => [key, middle(at + offset)]));
  const ticks = order.map(([, { value, count }], at) => ({
    place: middle(at + offset),
    label: text(value),
    count,
  }));
  if (missing > 0) ticks.unshift({ place: middle(0), label: "none", count: missing });
  return {
    field,
    values,
    band: 0.6 / Math.max(bands, 1),
    kind: "categories",
    isLog: false,
    places: values.map((value) => places.get(keyOf(value)) ?? middle(0)),
    ticks,
    condition: (from, to) => {
      const held = order.filter((_, at) => middle(at + offset) >= from && middle(at + offset) <= to);
      if (held.length === 0) return undefined;
      const each = held.map(([, { value }]) => `${field} = ${literal(value)}`);
      return each.length > 1 ? `(${each.join(" or ")})` : each[0];
    },
  };
}

/** A value as the query language has it. */
function literal(value: Cell): string {
  return typeof value === "string" ? JSON.stringify(value) : JSON.stringify(value) ?? "null";
}

/** A little to the side, the same each time, so that runs of one category do not hide each other. */
export function jitter(id: string): number {
  let sum = 0;
  for (const sign of id) sum = (sum * 31 + sign.codePointAt(0)!) >>> 0;
  return (sum % 1000) / 1000 - 0.5;
}
