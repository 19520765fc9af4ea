// A plot as it is exported: what the writers of SVG and LaTeX need, and nothing of the screen.

import type { Scale } from "../plots/scale.ts";

/** A line of a figure. */
export interface FigureLine {
  label: string;
  colour: string;
  dash: number[];
  width: number;
  /** From 0 to 1: a raw line stands behind its smoothed one. */
  opacity: number;
  x: number[];
  y: number[];
  /** Whether the legend names it. */
  named: boolean;
}

/** A filled area between two lines, as the spread around a mean. */
export interface FigureArea {
  colour: string;
  x: number[];
  low: number[];
  high: number[];
}

/** A plot to be written. */
export interface Figure {
  title: string;
  xTitle: string;
  yTitle: string;
  x: Scale;
  y: Scale;
  /** How a place on the x axis is written; times are not numbers to a reader. */
  xLabel: (value: number) => string;
  lines: FigureLine[];
  areas: FigureArea[];
  /** Where a value is that no line can show, and what it is. */
  marks: { x: number; label: string }[];
  /** The address of the view, which goes into the metadata. */
  url: string;
}

/** The parts of a line that can be drawn: it breaks where there is no number. */
export function pieces(x: number[], y: number[], scale: Scale): [number, number][][] {
  const found: [number, number][][] = [];
  let piece: [number, number][] = [];
  y.forEach((value, at) => {
    if (Number.isFinite(value) && (scale.kind !== "log" || value > 0)) {
      piece.push([x[at]!, value]);
    } else if (piece.length > 0) {
      found.push(piece);
      piece = [];
    }
  });
  if (piece.length > 0) found.push(piece);
  return found;
}

/** A number as short as it can be told apart from its neighbours on an axis. */
export function tickLabel(value: number): string {
  if (value === 0) return "0";
  const size = Math.abs(value);
  const short = Number(value.toPrecision(6));
  if (size >= 1e6 || size < 1e-4) return short.toExponential().replace("e+", "e");
  return size >= 1e4 ? `${Number((short / 1e3).toPrecision(6))}k` : String(short);
}
