/** Lines of the table: a run, or a group of runs that can be opened. */
import { toNumber } from "../format.ts";
import type { Status, Table, TableField } from "../types.ts";

export interface Line {
  key: string;
  /** The runs of the line: one, or those of the group. */
  uuids: readonly string[];
  isGroup: boolean;
  isOpen: boolean;
  /** 1 inside a group that is open. */
  depth: 0 | 1;
  value: (field: string) => unknown;
}

/** Mean and spread of a field over the runs of a group. */
export interface Spread {
  mean: unknown;
  std: unknown;
  min: unknown;
  max: unknown;
  count: number;
}

export interface Group {
  runs: string[];
  count: number;
  values: Record<string, unknown>;
}

export const isSpread = (value: unknown): value is Spread =>
  typeof value === "object" && value !== null && "mean" in value && "std" in value;

export function runLine(table: Pick<Table, "uuids" | "columns">, at: number, depth: 0 | 1 = 0): Line {
  const uuid = table.uuids[at] ?? "";
  return {
    key: uuid,
    uuids: [uuid],
    isGroup: false,
    isOpen: false,
    depth,
    value: (field) => table.columns[field]?.[at],
  };
}

/** A group is called as the first of its runs is, where that is known. */
export function groupLine(group: Group, isOpen: boolean, first: Line | undefined): Line {
  const isGroup = group.count > 1;
  return {
    key: isGroup ? `group ${group.runs[0]}` : (group.runs[0] ?? ""),
    uuids: group.runs,
    isGroup,
    isOpen,
    depth: 0,
    value: (field) => group.values[field] ?? (field === "name" || field === "id" ? first?.value(field) : undefined),
  };
}

/** Whether the last value of one of these metrics is NaN or infinite. */
export const isDiverged = (line: Line, columns: readonly { field: TableField }[]): boolean =>
  columns.some(({ field: { kind, field } }) => {
    const value = kind === "metric" && field.endsWith(".last") ? toNumber(line.value(field)) : undefined;
    return value !== undefined && !Number.isFinite(value);
  });

/** What stands beside the name of a run, which may be all that is seen of it: none where all is well. */
export function markOf(line: Line, columns: readonly { field: TableField }[]): Status | "diverged" | undefined {
  const status = line.value("status") as Status | undefined;
  if (status !== "failed" && isDiverged(line, columns)) return "diverged";
  return status === "failed" || status === "lost" || status === "running" ? status : undefined;
}

/** The name that people gave, else the id. */
export function nameOf(line: Line): string {
  const name = line.value("name");
  if (typeof name === "string" && name !== "") return name;
  const id = line.value("id");
  return typeof id === "string" ? id : (line.uuids[0] ?? "");
}
