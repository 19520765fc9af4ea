/** The order of the table: `-metric.loss[test].best,optimizer.lr` in the address. */
import { bound } from "../router.ts";
import type { Column } from "./columns.ts";

export interface Key {
  field: string;
  descending: boolean;
}

const sort = bound("sort");

export const orderOf = (text: string): Key[] =>
  text
    .split(/,(?=(?:[^"]*"[^"]*")*[^"]*$)/)
    .filter(Boolean)
    .map((part) => ({ field: part.replace(/^-/, ""), descending: part.startsWith("-") }));

const write = (keys: readonly Key[]): string =>
  keys.map(({ field, descending }) => (descending ? `-${field}` : field)).join(",");

/** As a query has it. */
export function orderBy(keys: readonly Key[]): string {
  if (keys.length === 0) return "";
  return ` order by ${keys.map(({ field, descending }) => `${field} ${descending ? "desc" : "asc"}`).join(", ")}`;
}

/** Best first for metrics, newest first for times, else upwards. */
const beginsDescending = ({ field }: Column): boolean =>
  field.direction === "max" || field.kind === "time" || field.kind === "duration";

/** A click sorts by a column, the next one turns it round, the third goes back to the usual order. */
export function sortBy(column: Column, adds: boolean): void {
  const keys = orderOf(sort.peek());
  const { field } = column.field;
  const known = keys.find((key) => key.field === field);
  const first = beginsDescending(column);
  const others = adds ? keys.filter((key) => key.field !== field) : [];
  if (!known) return sort.set(write([...others, { field, descending: first }]));
  if (known.descending === first) {
    const turned = { field, descending: !first };
    return sort.set(write(adds ? keys.map((key) => (key === known ? turned : key)) : [turned]));
  }
  sort.set(write(others));
}

export function sortTo(field: string, descending: boolean): void {
  sort.set(write([{ field, descending }]));
}
