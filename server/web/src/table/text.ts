/** What a cell shows, and what it is with all digits. */
import { age, duration, exact, number, text, time, toNumber } from "../format.ts";
import type { Column } from "./columns.ts";
import { isSpread, type Line } from "./lines.ts";

export function cellText(column: Column, line: Line): string {
  const { field, kind } = column.field;
  const value = line.value(field);
  if (isSpread(value)) {
    const mean = format(column, value.mean);
    return kind === "metric" ? `${mean} ± ${format(column, value.std)}` : mean;
  }
  if (value === null || value === undefined) return "";
  if (kind === "time" && typeof value === "string") return age(value);
  if (field.startsWith("hash.") && typeof value === "string") return value.slice(0, 7);
  const epoch = epochBeside(column, line);
  const shown = format(column, value);
  return epoch > 0 ? `${shown} @${epoch}` : shown;
}

function format(column: Column, value: unknown): string {
  const found = toNumber(value);
  if (found === undefined) return text(value);
  if (column.field.kind === "duration") return duration(found);
  if (column.decimals === undefined || !Number.isFinite(found)) return number(found);
  return found.toFixed(column.decimals).replace("-", "−");
}

/** For tooltips and for the clipboard. */
export function cellExact(column: Column, line: Line): string {
  const { field, kind } = column.field;
  const value = line.value(field);
  if (isSpread(value)) {
    return `mean ${exact(value.mean)}, std ${exact(value.std)}, min ${exact(value.min)}, max ${exact(value.max)}, of ${value.count}`;
  }
  if (kind === "spark") return "";
  if (kind === "time" && typeof value === "string") return time(value);
  if (kind === "duration" && typeof value === "number") return `${value} s`;
  const epoch = epochBeside(column, line);
  return epoch > 0 ? `${exact(value)} at epoch ${epoch}` : exact(value);
}

/** The epoch of the best; 0 where it is not known, as of a run that counts steps alone. */
function epochBeside({ beside }: Column, line: Line): number {
  const epoch = beside === undefined ? undefined : line.value(beside);
  return typeof epoch === "number" ? epoch : 0;
}
