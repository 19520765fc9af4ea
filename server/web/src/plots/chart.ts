/** Draws a picture with uPlot, which is loaded when the first plot is. */
import type uPlot from "uplot";
import { themed } from "./palette.ts";
import { xLabels } from "./labels.ts";
import { drawBands, drawMarked, drawMarks, drawRaised, drawSpread, layerOver, type DrawnSpread, type RaisedRow } from "./layers.ts";
import type { Picture } from "./picture.ts";
import { scaleOf } from "./scale.ts";

/** Begins to load as soon as any page that has plots does. */
const loading = import("uplot");

/** How a row of the picture is drawn. */
export interface Stroke {
  colour: string;
  width: number;
  dash: number[];
  alpha: number;
  /** Larger is nearer to the eye. */
  level: number;
}

/** A row that is drawn: values on the grid, and how. */
export interface DrawnRow {
  key: string;
  y: (number | null | undefined)[];
  stroke: Stroke;
}

export interface ChartEvents {
  move: (pixel: { x: number; y: number } | undefined) => void;
  select: (range: [number, number]) => void;
  reset: () => void;
  click: (event: MouseEvent) => void;
}

/** A plot on the screen. Rows that change their number make uPlot begin anew; all else is set. */
export class Chart {
  #plot: uPlot | undefined;
  #keys = "";
  #rows: DrawnRow[] = [];
  #picture: Picture | undefined;
  #spread: DrawnSpread[] = [];
  #marked: number | undefined;
  #raised: readonly RaisedRow[] = [];
  #layer: HTMLCanvasElement | undefined;

  constructor(
    readonly root: HTMLElement,
    readonly events: ChartEvents,
    readonly isCompact: boolean,
  ) {}

  /** Draws a picture with these rows, the last one on top. */
  async draw(picture: Picture, rows: DrawnRow[], spread: DrawnSpread[]): Promise<void> {
    const { default: UPlot } = await loading;
    if (!this.root.isConnected) return;
    this.#picture = picture;
    this.#rows = [...rows].sort((a, b) => a.stroke.level - b.stroke.level);
    this.#spread = spread;
    const data = [picture.grid.x, ...this.#rows.map(({ y }) => y)] as uPlot.AlignedData;
    // The axes are made for their kinds: another kind needs another plot.
    const keys = [picture.axis, picture.y.kind, picture.y.linearTo, ...this.#rows.map(({ key }) => key)].join("\n");
    if (this.#plot && keys === this.#keys) {
      this.#plot.batch(() => {
        this.#plot?.setData(data, false);
        this.#scale();
      });
      return;
    }
    this.#keys = keys;
    this.#plot?.destroy();
    this.#plot = new UPlot(this.#options(), data, this.root);
    this.#scale();
  }

  /** Draws these rows before all others, which fade; none of them brings the others back. */
  raise(rows: readonly RaisedRow[]): void {
    this.#raised = rows;
    this.#drawRaised();
  }

  #drawRaised(): void {
    if (this.#plot && this.#layer && this.#picture) drawRaised(this.#layer, this.#plot, this.#picture, this.#raised);
  }

  /** Draws a line at an epoch, or takes it away. */
  mark(epoch: number | undefined): void {
    if (epoch === this.#marked) return;
    this.#marked = epoch;
    this.#plot?.redraw(false, false);
  }

  /** Stretches what is drawn over another range, until there is more detail. */
  stretch(range: [number, number]): void {
    this.#plot?.setScale("x", { min: range[0], max: range[1] });
  }

  pixels(): { x: (value: number) => number; y: (value: number) => number } | undefined {
    const plot = this.#plot;
    return plot && { x: (value) => plot.valToPos(value, "x"), y: (value) => plot.valToPos(value, "y") };
  }

  valueAt(pixel: number): number {
    return this.#plot?.posToVal(pixel, "x") ?? 0;
  }

  /** Where the drawing is inside of its element: the axes stand around it. */
  box(): { left: number; top: number; width: number; height: number } {
    const over = this.#plot?.over;
    return {
      left: over?.offsetLeft ?? 0,
      top: over?.offsetTop ?? 0,
      width: over?.offsetWidth ?? 0,
      height: over?.offsetHeight ?? 0,
    };
  }

  resize(width: number, height: number): void {
    this.#plot?.setSize({ width, height });
  }

  destroy(): void {
    this.#plot?.destroy();
    this.#plot = undefined;
    this.#keys = "";
  }

  #scale(): void {
    const { x } = this.#picture!;
    this.#plot?.setScale("x", { min: x[0], max: x[1] });
  }

  #options(): uPlot.Options {
    const picture = this.#picture!;
    const current = (): Picture => this.#picture!;
    const { kind, linearTo } = picture.y;
    const font = `11px ${themed("--sans")}`;
    const line = themed("--line");
    const look = { stroke: themed("--text-3"), font, ticks: { show: false }, border: { show: false } };
    const axis = { ...look, grid: { stroke: line, width: 1 } };
    return {
      width: Math.max(this.root.clientWidth, 80),
      height: Math.max(this.root.clientHeight, 80),
      padding: [8, 12, 0, 0],
      legend: { show: false },
      scales: {
        x: { time: false, range: (_, min, max) => [min, max] },
        y: {
          distr: kind === "log" ? 3 : kind === "symlog" ? 4 : 1,
          asinh: linearTo,
          range: () => current().y.range,
        },
      },
      axes: [
        {
          ...look,
          grid: { show: false },
          ticks: { show: true, stroke: themed("--line-2"), size: 4, width: 1 },
          border: { show: true, stroke: themed("--line-2"), width: 1 },
          size: 28,
          gap: 3,
          ...xLabels(picture.axis),
        },
        {
          ...axis,
          size: 52,
          gap: 6,
          splits: (_, __, low, high) => scaleOf(kind, [low, high], linearTo).ticks(this.isCompact ? 4 : 6),
          values: (_, ticks) => ticks.map(yLabel),
          filter: (_, ticks) => ticks,
        },
      ],
      series: [{}, ...this.#rows.map(({ stroke }, at) => this.#series(stroke, at))],
      cursor: {
        y: false,
        points: { show: false },
        drag: { x: true, y: false, setScale: false },
        dataIdx: (_, __, closest) => closest,
        bind: {
          dblclick: () => () => {
            this.events.reset();
            return null;
          },
        },
      },
      hooks: {
        drawClear: [(plot) => drawBands(plot, current()), (plot) => drawSpread(plot, current(), this.#spread)],
        draw: [
          (plot) => drawMarks(plot, current(), this.isCompact),
          (plot) => drawMarked(plot, current(), this.#marked),
          () => this.#drawRaised(),
        ],
        setCursor: [
          ({ cursor }) => {
            const { left, top } = cursor;
            const isInside = left !== undefined && top !== undefined && left >= 0 && top >= 0;
            this.events.move(isInside ? { x: left, y: top } : undefined);
          },
        ],
        setSelect: [
          (plot) => {
            const { left, width } = plot.select;
            if (width < 3) return;
            this.events.select([plot.posToVal(left, "x"), plot.posToVal(left + width, "x")]);
            plot.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
          },
        ],
        ready: [
          (plot) => {
            plot.over.addEventListener("click", this.events.click);
            this.#layer = layerOver(plot);
          },
        ],
      },
    };
  }

  #series(stroke: Stroke, at: number): uPlot.Series {
    const row = (): Stroke => this.#rows[at]?.stroke ?? stroke;
    return {
      stroke: () => row().colour,
      width: stroke.width,
      dash: stroke.dash,
      alpha: stroke.alpha,
      points: { show: (_, seriesAt) => isSparse(this.#rows[seriesAt - 1]?.y), size: 5, width: 0, fill: () => row().colour },
    };
  }
}

/** A line of very few points shows where they are; a lone point has no line at all. */
function isSparse(y: (number | null | undefined)[] | undefined): boolean {
  let count = 0;
  for (const value of y ?? []) if (typeof value === "number") count += 1;
  return count > 0 && count <= 3;
}

/** As short as it can be: the axis has little room. */
function yLabel(value: number): string {
  if (value === 0) return "0";
  const size = Math.abs(value);
  const short = Number(value.toPrecision(6));
  const text = size >= 1e5 || size < 1e-3 ? short.toExponential().replace("e+", "e") : String(short);
  return text.replace("-", "−");
}
