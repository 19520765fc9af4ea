/** The rows of a comparison, in sections, and what a row says of its values. */
import { seriesTitle } from "../names.ts";
import { exact, number, text, toNumber } from "../format.ts";
import type { Compared, SchemaMetric } from "../types.ts";

export interface CompareRow {
  /** Without the name of the section. */
  name: string;
  field: string;
  /** How far it stands to the right: inside which argument. */
  depth: number;
  values: readonly unknown[];
  isEqual: boolean;
  /** For a metric: whether less is better. */
  direction: "minimize" | "maximize" | undefined;
  isMetric: boolean;
}

export interface Section {
  title: string;
  rows: CompareRow[];
}

/** The first part of names that belong to no component, and how their section is called. */
const TITLES: Record<string, string> = { param: "params", tag: "tags", version: "environment" };

/** Sections behind those of the components, of which none is here. */
const LAST = ["params", "tags", "run", "environment"];

export function sections(
  differences: readonly Compared[],
  equal: readonly Compared[],
  metrics: readonly SchemaMetric[],
): Section[] {
  const found = new Map<string, CompareRow[]>();
  const all = [...differences.map((one) => ({ ...one, isEqual: false })), ...equal.map((one) => ({ ...one, isEqual: true }))];
  for (const one of all) {
    const [title, row] = placed(one, metrics);
    found.set(title, [...(found.get(title) ?? []), row]);
  }
  const rank = (title: string): number => (title === "metrics" ? -2 : LAST.indexOf(title));
  return [...found.entries()]
    .map(([title, rows]) => ({ title, rows: sorted(rows) }))
    .sort((a, b) => rank(a.title) - rank(b.title) || a.title.localeCompare(b.title));
}

/** Arguments inside an argument follow it. */
const sorted = (rows: CompareRow[]): CompareRow[] =>
  rows.sort((a, b) => Number(a.name !== "name") - Number(b.name !== "name") || a.name.localeCompare(b.name));

function placed(one: Compared & { isEqual: boolean }, metrics: readonly SchemaMetric[]): [string, CompareRow] {
  const { name: field, values, isEqual } = one;
  const metric = metricOf(field, values, metrics);
  const row = { field, values, isEqual, isMetric: metric !== undefined, direction: metric?.direction ?? undefined };
  if (metric) return ["metrics", { ...row, name: metric.label, depth: 0 }];
  const dot = field.indexOf(".");
  if (dot < 0 && OF_RUN.has(field)) return ["run", { ...row, name: field, depth: 0 }];
  if (dot < 0 && OF_PLACE.has(field)) return ["environment", { ...row, name: field, depth: 0 }];
  if (dot < 0) return [field, { ...row, name: "name", depth: 0 }];
  const head = field.slice(0, dot);
  const name = field.slice(dot + 1);
  const depth = name.split(".").length - 1;
  return [TITLES[head] ?? head, { ...row, name, depth }];
}

const OF_RUN = new Set(["epoch", "status", "duration"]);
/** Where the newest attempt ran, and of which code. */
const OF_PLACE = new Set(["host", "user", "commit", "branch", "folder", "command"]);

interface Found {
  label: string;
  direction: "minimize" | "maximize" | undefined;
}

/** `loss[test]`, or `metric.loss[test].last`, as `test/loss`. */
function metricOf(field: string, values: readonly unknown[], metrics: readonly SchemaMetric[]): Found | undefined {
  const match = /^(?:metric\.)?(.+?)(?:\[(.+)\])?(?:\.(last|best|min|max))?$/.exec(field);
  const known = metrics.find(({ name }) => name === match?.[1]);
  const isOne = known || /\[.+\]$/.test(field) || (!field.includes(".") && !OF_RUN.has(field) && values.some((value) => toNumber(value) !== undefined));
  if (!match || !isOne) return undefined;
  const [, name = field, phase, part = "last"] = match;
  const label = `${seriesTitle(name, phase)} ${part}`;
  return { label, direction: known?.direction ?? undefined };
}

/** From the first of two to the second. */
export interface Delta {
  text: string;
  percent: string | undefined;
  /** Whether it is a change for the better; unknown where the direction is. */
  isBetter: boolean | undefined;
}

export function deltaOf(row: CompareRow): Delta | undefined {
  const [a, b] = row.values.map(toNumber);
  if (a === undefined || b === undefined || row.isEqual) return undefined;
  const delta = b - a;
  if (!Number.isFinite(delta) || delta === 0) return undefined;
  const sign = delta > 0 ? "+" : "";
  const share = (delta / Math.abs(a)) * 100;
  const percent = row.isMetric && a !== 0 ? `${share > 0 ? "+" : "−"}${Math.abs(share).toFixed(1)} %` : undefined;
  const isBetter = row.direction && (row.direction === "minimize" ? delta < 0 : delta > 0);
  return { text: sign + number(delta, 3), percent, isBetter };
}

/** Whether the values are of several types, as `1` and `"1"`: they are shown as JSON then. */
export function isOfTypes(values: readonly unknown[]): boolean {
  const types = values.filter((value) => value !== null && value !== undefined).map((value) => typeof value);
  return new Set(types).size > 1;
}

export function shown(value: unknown, isTyped: boolean): string {
  if (value === undefined) return "";
  if (value === null) return "null";
  return isTyped ? JSON.stringify(value) : text(value);
}

/** How often each value is there, the commonest first: what is shown where the runs are many. */
export function counted(values: readonly unknown[]): { text: string; count: number }[] {
  const counts = new Map<string, { text: string; count: number }>();
  for (const value of values) {
    const key = exact(value);
    const known = counts.get(key);
    if (known) known.count++;
    else counts.set(key, { text: value === undefined || value === null ? "none" : text(value), count: 1 });
  }
  return [...counts.values()].sort((a, b) => b.count - a.count);
}
