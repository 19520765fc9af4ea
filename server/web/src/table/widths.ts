/** How wide columns are: as wide as what they hold, unless somebody has drawn them. */
import { setting } from "../settings.ts";
import type { Column } from "./columns.ts";
import { cellText } from "./text.ts";
import { nameOf, type Line } from "./lines.ts";

/** By experiment and field. */
export const drawn = setting<Record<string, Record<string, number>>>("widths", {});

const LEAST = 52;
const MOST = 260;
/** Of both sides, and what is lost to rounding. */
const PADDING = 21;

let canvas: CanvasRenderingContext2D | null | undefined;

function textWidth(text: string, weight = 400): number {
  canvas ??= document.createElement("canvas").getContext("2d");
  if (!canvas) return text.length * 7;
  canvas.font = `${weight} 13px ${getComputedStyle(document.body).fontFamily}`;
  return canvas.measureText(text).width;
}

/** As wide as the head and the longest of some lines. */
export function fitted(column: Column, lines: readonly Line[]): number {
  if (column.field.kind === "spark") return 92;
  if (column.field.field.startsWith("hash.")) return 84;
  if (column.field.kind === "status") return 96;
  let longest = "";
  for (const line of lines) {
    const text = cellText(column, line);
    if (text.length > longest.length) longest = text;
  }
  if (column.behind > 0) longest = `${longest.split(/ [@±]/)[0]} ${"0".repeat(column.behind)}`;
  const head = Math.max(textWidth(column.over) * 0.86, textWidth(column.name) + 14);
  // The best number is bold.
  const body = textWidth(longest, column.isNumber ? 700 : 400);
  return Math.ceil(Math.min(MOST, Math.max(LEAST, head + PADDING, body + PADDING)));
}

/** Of the first column, in which a group has a sign and a number besides. */
export function nameWidth(lines: readonly Line[], isGrouped: boolean): number {
  const longest = lines.reduce((most, line) => (nameOf(line).length > most.length ? nameOf(line) : most), "");
  return Math.round(Math.min(250, Math.max(110, textWidth(longest.slice(0, 60)) + PADDING + (isGrouped ? 54 : 8))));
}

export const widthOf = (experiment: string, column: Column, lines: readonly Line[]): number =>
  drawn.value[experiment]?.[column.field.field] ?? fitted(column, lines);

export function setWidth(experiment: string, field: string, width: number | undefined): void {
  const { [field]: _, ...others } = drawn.peek()[experiment] ?? {};
  const widths = width === undefined ? others : { ...others, [field]: Math.max(36, Math.round(width)) };
  drawn.value = { ...drawn.peek(), [experiment]: widths };
}
