/** The runs that a page draws: those chosen, or all that the filter finds, the best first. */
import { useMemo } from "preact/hooks";
import { text, toNumber } from "../format.ts";
import type { Table, TableField } from "../types.ts";
import { useGet, type Answer } from "../use.ts";
import { DRAWN, type PlotRun } from "./run.ts";

export interface FoundRuns {
  /** The best first, and no more than can be drawn. */
  runs: PlotRun[];
  total: number;
  /** The metric by which they are ordered. */
  primary: TableField | undefined;
}

/** As many as a page of the server holds; the best are found among them. */
const MOST = 1000;

/** The runs of an experiment that the filter finds, or of those the ones that are chosen. */
export function useRuns(
  experiment: string,
  query: string | undefined,
  chosen: readonly string[],
  turn: number,
): Omit<Answer<Table>, "data"> & { data: FoundRuns | undefined } {
  // Nothing is asked before it is known how to filter.
  const path = query === undefined ? undefined : "/table";
  const answer = useGet<Table>(path, { experiment, query, limit: MOST, total: true }, turn);
  // What is drawn is worked out anew for other runs alone.
  const data = useMemo(() => answer.data && found(answer.data, chosen), [answer.data, chosen]);
  return { ...answer, data };
}

/** The runs of a table, the best of the primary metric first. */
export function found(table: Table, chosen: readonly string[]): FoundRuns {
  const primary = primaryOf(table.fields);
  const best = primary && table.columns[primary.field]?.map((value) => toNumber(value));
  const names = table.columns["name"] ?? [];
  const ids = table.columns["id"] ?? [];
  const differing = table.fields.filter(({ kind }) => kind === "argument" || kind === "param");
  const order = table.uuids.map((_, line) => line);
  if (best && primary) {
    const sign = primary.direction === "max" ? -1 : 1;
    const rank = (line: number): number => {
      const value = best[line];
      return value === undefined || Number.isNaN(value) ? Infinity : sign * value;
    };
    // Two that have no value stay in the order of the table.
    order.sort((a, b) => (rank(a) === rank(b) ? a - b : rank(a) - rank(b)));
  }
  const wanted = new Set(chosen);
  const lines = wanted.size > 0 ? order.filter((line) => wanted.has(table.uuids[line]!)) : order;
  const runs = lines.slice(0, DRAWN).map((line) => ({
    uuid: table.uuids[line]!,
    name: text(names[line]) || text(ids[line]).slice(0, 12) || table.uuids[line]!.slice(0, 8),
    differing: Object.fromEntries(
      differing
        .map(({ field }) => [field, text(table.columns[field]?.[line])] as const)
        .filter(([, value]) => value !== ""),
    ),
  }));
  return { runs, total: wanted.size > 0 ? lines.length : (table.total ?? order.length), primary };
}

/** The best value of the first metric; its last one where no direction is known. */
function primaryOf(fields: readonly TableField[]): TableField | undefined {
  const metrics = fields.filter(({ kind }) => kind === "metric");
  const [first] = metrics;
  const isBest = ({ metric, phase, field }: TableField): boolean =>
    metric === first?.metric && phase === first?.phase && field.endsWith(".best");
  return metrics.find(isBest) ?? first;
}
