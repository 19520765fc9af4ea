/** What is drawn below and above the lines of a plot. */
import type uPlot from "uplot";
import { themed } from "./palette.ts";
import type { Picture } from "./picture.ts";

/** The area around a mean. */
export interface DrawnSpread {
  low: (number | undefined)[];
  high: (number | undefined)[];
  colour: string;
}

/** A row that stands out before all others. */
export interface RaisedRow {
  y: (number | null | undefined)[];
  colour: string;
  width: number;
  dash: number[];
}

/** How much the others fade. */
const FADED = 0.75;

/**
 * A canvas above that of the plot. What stands out is drawn there, over a veil that fades all else: to
 * draw all lines anew for each movement of the pointer would be slow.
 */
export function layerOver(plot: uPlot): HTMLCanvasElement {
  const layer = document.createElement("canvas");
  layer.className = "plot-layer";
  plot.over.before(layer);
  return layer;
}

export function drawRaised(layer: HTMLCanvasElement, plot: uPlot, picture: Picture, rows: readonly RaisedRow[]): void {
  const { width, height } = plot.ctx.canvas;
  if (layer.width !== width || layer.height !== height) Object.assign(layer, { width, height });
  const ctx = layer.getContext("2d");
  if (!ctx) return;
  ctx.clearRect(0, 0, width, height);
  if (rows.length === 0) return;
  const { left, top, width: inner, height: high } = plot.bbox;
  ctx.save();
  ctx.beginPath();
  ctx.rect(left, top, inner, high);
  ctx.clip();
  ctx.globalAlpha = FADED;
  ctx.fillStyle = themed("--bg");
  ctx.fillRect(left, top, inner, high);
  ctx.globalAlpha = 1;
  ctx.lineJoin = "round";
  for (const row of rows) drawRow(ctx, plot, picture.grid.x, row);
  ctx.restore();
}

function drawRow(ctx: CanvasRenderingContext2D, plot: uPlot, x: number[], { y, colour, width, dash }: RaisedRow): void {
  ctx.strokeStyle = colour;
  ctx.lineWidth = width * devicePixelRatio;
  ctx.setLineDash(dash.map((length) => length * devicePixelRatio));
  ctx.beginPath();
  let isDown = false;
  y.forEach((value, slot) => {
    if (typeof value === "number") {
      const [left, top] = [plot.valToPos(x[slot]!, "x", true), plot.valToPos(value, "y", true)];
      if (isDown) ctx.lineTo(left, top);
      else ctx.moveTo(left, top);
      isDown = true;
    } else if (value === null) {
      isDown = false;
    }
  });
  ctx.stroke();
}

/** Bands where phases follow one another, each with its name. */
export function drawBands(plot: uPlot, { bands }: Picture): void {
  const { ctx, bbox } = plot;
  const ratio = devicePixelRatio;
  ctx.save();
  ctx.font = `${10 * ratio}px ${themed("--sans")}`;
  ctx.textBaseline = "top";
  ctx.textAlign = "left";
  bands.forEach(({ phase, from, to }, at) => {
    const left = Math.max(bbox.left, plot.valToPos(from, "x", true));
    const right = Math.min(bbox.left + bbox.width, plot.valToPos(to, "x", true));
    if (right <= left) return;
    ctx.fillStyle = themed(at % 2 === 0 ? "--bg-1" : "--bg-2");
    ctx.fillRect(left, bbox.top, right - left, bbox.height);
    ctx.fillStyle = themed("--text-3");
    if (ctx.measureText(phase).width < right - left - 8 * ratio) {
      ctx.fillText(phase, left + 4 * ratio, bbox.top + 3 * ratio);
    }
  });
  ctx.restore();
}

export function drawSpread(plot: uPlot, { grid }: Picture, spreads: readonly DrawnSpread[]): void {
  const { ctx, bbox } = plot;
  ctx.save();
  ctx.beginPath();
  ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height);
  ctx.clip();
  ctx.globalAlpha = 0.18;
  for (const { low, high, colour } of spreads) {
    ctx.fillStyle = colour;
    ctx.beginPath();
    const edge = (row: (number | undefined)[], slots: Iterable<number>): void => {
      for (const slot of slots) {
        const value = row[slot];
        if (value === undefined) continue;
        ctx.lineTo(plot.valToPos(grid.x[slot]!, "x", true), plot.valToPos(value, "y", true));
      }
    };
    const slots = [...grid.x.keys()];
    edge(high, slots);
    edge(low, slots.reverse());
    ctx.fill();
  }
  ctx.restore();
}

/** A line where something is that the rest of the page is about. */
export function drawMarked(plot: uPlot, picture: Picture, epoch: number | undefined): void {
  if (epoch === undefined) return;
  const [trace] = picture.traces;
  const at = trace?.line.epochs.findLastIndex((one) => one <= epoch) ?? -1;
  const x = picture.axis === "epoch" ? epoch : trace?.x[Math.max(at, 0)];
  if (x === undefined || x < picture.x[0] || x > picture.x[1]) return;
  const { ctx, bbox } = plot;
  const left = plot.valToPos(x, "x", true);
  ctx.save();
  ctx.strokeStyle = themed("--accent");
  ctx.lineWidth = 1.5 * devicePixelRatio;
  ctx.beginPath();
  ctx.moveTo(left, bbox.top);
  ctx.lineTo(left, bbox.top + bbox.height);
  ctx.stroke();
  ctx.restore();
}

/** Red ticks for what is no number, the first one with a word; and what the range leaves out. */
export function drawMarks(plot: uPlot, picture: Picture, isCompact: boolean): void {
  const { ctx, bbox } = plot;
  const ratio = devicePixelRatio;
  const bottom = bbox.top + bbox.height;
  ctx.save();
  ctx.strokeStyle = ctx.fillStyle = themed("--bad");
  ctx.lineWidth = 2 * ratio;
  ctx.font = `600 ${11 * ratio}px ${themed("--sans")}`;
  for (const { x, kind } of picture.marks) {
    const left = plot.valToPos(x, "x", true);
    const edge = kind === "∞" ? bbox.top : bottom;
    const inward = kind === "∞" ? 9 : -9;
    ctx.beginPath();
    ctx.moveTo(left, edge);
    ctx.lineTo(left, edge + inward * ratio);
    ctx.stroke();
  }
  const [first] = picture.marks;
  if (first && !isCompact) {
    const left = plot.valToPos(first.x, "x", true);
    const isRight = left > bbox.left + bbox.width / 2;
    ctx.textAlign = isRight ? "right" : "left";
    ctx.textBaseline = first.kind === "∞" ? "top" : "bottom";
    const place = first.kind === "∞" ? bbox.top + 4 * ratio : bottom - 4 * ratio;
    ctx.fillText(`${first.kind} at ${first.at}`, left + (isRight ? -5 : 5) * ratio, place);
  }
  outside(ctx, picture, bbox, ratio);
  ctx.restore();
}

function outside(ctx: CanvasRenderingContext2D, picture: Picture, bbox: uPlot.BBox, ratio: number): void {
  const { above, below } = picture.y;
  const least = picture.kept < picture.total ? "at least " : "";
  const say = (count: number, where: string): string =>
    `${least}${count} ${count === 1 ? "point" : "points"} ${where}`;
  ctx.fillStyle = themed("--text-2");
  ctx.font = `${10.5 * ratio}px ${themed("--sans")}`;
  ctx.textAlign = "right";
  const right = bbox.left + bbox.width - 4 * ratio;
  if (above > 0) {
    ctx.textBaseline = "top";
    ctx.fillText(`▲ ${say(above, "above")}`, right, bbox.top + 3 * ratio);
  }
  if (below > 0) {
    ctx.textBaseline = "bottom";
    ctx.fillText(`▼ ${say(below, "below")}`, right, bbox.top + bbox.height - 3 * ratio);
  }
}
