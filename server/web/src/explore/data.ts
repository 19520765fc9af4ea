/** The runs that are explored: their varying arguments, and one metric. */
import { metricField, seriesTitle, unquoted } from "../names.ts";
import { useMemo } from "preact/hooks";
import { toNumber } from "../format.ts";
import { found } from "../plots/runs.ts";
import { bound } from "../router.ts";
import type { SchemaMetric, Table, TableField } from "../types.ts";
import { useGet, type Answer } from "../use.ts";
import type { Cell } from "./axes.ts";

export interface Explored {
  uuids: string[];
  names: string[];
  /** The arguments and parameters in which the runs differ. */
  fields: TableField[];
  columns: Record<string, Cell[]>;
  /** The metric that they are coloured by: its field, and a value for each run. */
  metric: string;
  values: (number | undefined)[];
  total: number;
}

/** As many as one page of the server holds, and as many lines as can be told apart at most. */
const MOST = 1000;

/** The metric that was chosen, as a query names it. */
export const chosenMetric = bound("m");

/** The runs that a filter finds, or those that are named. */
export function useExplored(
  experiment: string | undefined,
  query: string | undefined,
  runs?: string,
): Omit<Answer<Table>, "data"> & { data: Explored | undefined } {
  // Nothing is asked before it is known how to filter.
  const path = query === undefined ? undefined : "/table";
  const answer = useGet<Table>(path, { experiment, query, runs, limit: MOST, total: true });
  const table = answer.data;
  const metric = chosenMetric.value || (table && found(table, []).primary?.field) || "";
  const isThere = metric === "" || table?.columns[metric] !== undefined;
  const more = useGet<Table>(table && !isThere ? "/table" : undefined, {
    experiment,
    query,
    runs,
    columns: metric,
    limit: MOST,
  });
  // Axes and lines are worked out anew for other runs alone.
  const data = useMemo(() => {
    const column = table?.columns[metric] ?? sameRuns(table, more.data, metric);
    return table && explored(table, metric, column ?? []);
  }, [table, metric, more.data]);
  return { ...answer, data };
}

/** The other answer may be older or ordered otherwise. */
function sameRuns(table: Table | undefined, more: Table | undefined, metric: string): unknown[] | undefined {
  const values = new Map(more?.uuids.map((uuid, line) => [uuid, more.columns[metric]?.[line]]));
  return table?.uuids.map((uuid) => values.get(uuid));
}

function explored(table: Table, metric: string, column: unknown[]): Explored {
  const { uuids, columns } = table;
  // Runs may differ in whether they have an argument that is null where it is there.
  const isSaid = ({ field }: TableField): boolean => columns[field]?.some((value) => value !== null) ?? false;
  const fields = table.fields.filter((field) => ["argument", "param"].includes(field.kind) && isSaid(field));
  return {
    uuids,
    names: uuids.map((uuid, line) => String(columns["name"]?.[line] || columns["id"]?.[line] || uuid.slice(0, 8))),
    fields,
    columns,
    metric,
    values: uuids.map((_, line) => toNumber(column[line])),
    total: table.total ?? uuids.length,
  };
}

/** The metrics that runs can be coloured by: the best value of each where it is known which is better. */
export function metricFields(metrics: readonly SchemaMetric[]): { value: string; label: string }[] {
  return metrics.flatMap(({ name, phases, direction }) =>
    phases
      .filter((phase) => phase !== "system")
      .map((phase) => {
        const which = direction ? "best" : "last";
        return { value: metricField(name, phase, which), label: `${seriesTitle(name, phase)} ${which}` };
      }),
  );
}

/** A field as it stands above an axis: `test/loss min`, `optimizer.lr`, `seed`. */
export function shortName(field: string): string {
  const [, name, phase = "", part] = /^metric\.(.+?)(?:\[(.*)\])?\.(\w+)$/.exec(field) ?? [];
  if (name === undefined) return field.replace(/^param\./, "");
  return `${seriesTitle(unquoted(name), unquoted(phase))} ${part}`;
}
