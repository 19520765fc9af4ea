/** What the columns are called and how they stand: made from the fields that the server answers. */
import { toNumber } from "../format.ts";
import { seriesTitle, unquoted } from "../names.ts";
import { digits } from "../settings.ts";
import type { TableField } from "../types.ts";
import { isSpread } from "./lines.ts";

export interface Column {
  field: TableField;
  /** Beside the value, as the epoch of the best: its field. */
  beside?: string;
  /** Above the name: the component or the metric it belongs to. */
  over: string;
  name: string;
  isNumber: boolean;
  /** So many digits behind the point, where all are alike: points stand below each other then. */
  decimals?: number;
  /** How many letters stand behind the number at most, as `@41` or `± 0.012`. */
  behind: number;
}

/** Fields that make up the first column. */
const OF_NAME = new Set(["id", "name"]);

/** How cells of a field come, as one array. */
export type CellsOf = (field: string) => readonly unknown[];

export function columnsOf(fields: readonly TableField[], cellsOf: CellsOf): Column[] {
  const columns: Column[] = [];
  for (const field of fields) {
    if (OF_NAME.has(field.field)) continue;
    const last = columns.at(-1);
    if (last && field.field === `${last.field.field}_epoch`) {
      last.beside = field.field;
      // A run that counts steps alone has the epoch 0, which says nothing.
      const longest = cellsOf(field.field).reduce<number>((most, cell) => Math.max(most, String(cell || "").length), 0);
      if (longest > 0) last.behind = Math.max(last.behind, longest < 12 ? longest + 1 : 3);
      continue;
    }
    columns.push(columnOf(field, cellsOf(field.field)));
  }
  return columns;
}

function columnOf(field: TableField, cells: readonly unknown[]): Column {
  const [over, name] = labels(field);
  const values = cells.map(asNumber).filter((value) => value !== null);
  const isNumber = isAlwaysNumber(field) || (values.length > 0 && values.every((value) => value !== undefined));
  const decimals = field.kind === "metric" ? decimalsOf(values) : undefined;
  const hasSpread = field.kind === "metric" && cells.some(isSpread);
  const behind = hasSpread ? "± 0.".length + (decimals ?? 4) : 0;
  return { field, over, name, isNumber, behind, ...(decimals !== undefined && { decimals }) };
}

const isAlwaysNumber = ({ kind }: TableField): boolean =>
  kind === "metric" || kind === "duration" || kind === "time";

/** `null` where there is nothing, `undefined` where something else is. */
function asNumber(value: unknown): number | undefined | null {
  if (value === null || value === undefined) return null;
  if (isSpread(value)) return toNumber(value.mean);
  return toNumber(value);
}

const MOST_DECIMALS = 6;

/** As many as the settings say for a number of the middle; those that are much smaller lose some. */
function decimalsOf(values: readonly (number | undefined)[]): number | undefined {
  const sizes = values.filter((value): value is number => value !== undefined && Number.isFinite(value) && value !== 0);
  if (sizes.every(Number.isInteger)) return undefined;
  const sorted = sizes.map(Math.abs).sort((a, b) => a - b);
  const [least, middle, most] = [sorted[0], sorted[sorted.length >> 1], sorted.at(-1)];
  if (least === undefined || middle === undefined || most === undefined) return undefined;
  if (most >= 1e6 || middle < 1e-4 || least < middle / 1e4) return undefined;
  return Math.min(MOST_DECIMALS, Math.max(0, digits.value - 1 - Math.floor(Math.log10(middle))));
}

/** What stands above, and the name. */
export function labels(field: Pick<TableField, "field" | "kind" | "metric" | "phase">): [string, string] {
  const { kind, metric = "", phase = "" } = field;
  const of = seriesTitle(metric, phase);
  if (kind === "spark") return [of, "curve"];
  if (kind === "metric") return [of, statistic(field.field)];
  if (kind === "time") return ["", TIMES[field.field] ?? field.field];
  const dot = field.field.indexOf(".");
  if (dot < 0) return kind === "argument" ? [field.field, "name"] : ["", field.field];
  if (field.field.startsWith("hash.")) return [field.field.slice(dot + 1), "hash"];
  return [unquoted(field.field.slice(0, dot)), unquoted(field.field.slice(dot + 1))];
}

const TIMES: Record<string, string> = { created: "age", updated: "updated", ended: "ended" };

/** `best` of `metric.loss[test].best`. */
export const statistic = (field: string): string => field.slice(field.lastIndexOf(".") + 1);

/** The field of another statistic of the same metric. */
export const withStatistic = (field: string, other: string): string =>
  field.slice(0, field.lastIndexOf(".") + 1) + other;
