/** How wide columns are: as wide as what they hold, unless somebody has drawn them. */
import { setting } from "../settings.ts";
import type { Column } from "./columns.ts";
import { cellText } from "./text.ts";
import { markOf, nameOf, type Line } from "./lines.ts";

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

/** How wide a column is where there is little room, and how wide it would be to show all that it holds. */
export interface Width {
  least: number;
  whole: number;
}

const always = (width: number): Width => ({ least: width, whole: width });
const between = (least: number, most: number, whole: number): Width => {
  const wanted = Math.ceil(Math.max(least, whole));
  return { least: Math.min(most, wanted), whole: wanted };
};

/** So wide that nothing is cut, as far as there is room for it. */
export function widthsIn(room: number, wanted: readonly Width[]): number[] {
  const sum = (of: (width: Width) => number): number => wanted.reduce((total, width) => total + of(width), 0);
  const cut = sum(({ least, whole }) => whole - least);
  const part = cut > 0 ? Math.min(1, Math.max(0, room - sum(({ least }) => least)) / cut) : 0;
  return wanted.map(({ least, whole }) => Math.floor(least + (whole - least) * part));
}

/** The signs of a head: which values are better, and how it is sorted, each with a gap. */
const SIGNS = { direction: 14, sort: 22 };

/** As wide as the head and the longest of some lines. */
function fitted(column: Column, lines: readonly Line[]): Width {
  if (column.field.kind === "spark") return always(92);
  if (column.field.field.startsWith("hash.")) return always(84);
  if (column.field.kind === "status") return always(96);
  let longest = "";
  for (const line of lines) {
    const text = cellText(column, line);
    if (text.length > longest.length) longest = text;
  }
  if (column.behind > 0) longest = `${longest.split(/ [@±]/)[0]} ${"0".repeat(column.behind)}`;
  const signs = SIGNS.sort + (column.field.kind === "metric" && column.field.direction ? SIGNS.direction : 0);
  const head = Math.max(textWidth(column.over) * 0.86, textWidth(column.name, 600) + signs);
  // The best number is bold.
  const body = textWidth(longest, column.isNumber ? 700 : 400);
  return between(LEAST, MOST, Math.max(head, body) + PADDING);
}

/** Of the first column, in which a group has a sign and a number besides, and some a mark of their status. */
export function nameWidth(lines: readonly Line[], columns: readonly Column[], isGrouped: boolean): Width {
  const longest = lines.reduce((most, line) => (nameOf(line).length > most.length ? nameOf(line) : most), "");
  const beside = (isGrouped ? 54 : 8) + (lines.some((line) => markOf(line, columns)) ? 18 : 0);
  return between(110, 250, textWidth(longest.slice(0, 60)) + PADDING + beside);
}

export function widthOf(experiment: string, column: Column, lines: readonly Line[]): Width {
  const chosen = drawn.value[experiment]?.[column.field.field];
  return chosen === undefined ? fitted(column, lines) : always(chosen);
}

export function setWidth(experiment: string, field: string, width: number | undefined): void {
  const { [field]: _, ...others } = drawn.peek()[experiment] ?? {};
  const widths = width === undefined ? others : { ...others, [field]: Math.max(36, Math.round(width)) };
  drawn.value = { ...drawn.peek(), [experiment]: widths };
}
