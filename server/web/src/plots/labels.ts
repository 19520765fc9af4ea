/** What stands at the ticks of an x axis. */
import type uPlot from "uplot";
import { duration } from "../format.ts";
import type { XAxis } from "./places.ts";
import { linearTicks } from "./scale.ts";

/** Seconds of which a step between ticks is a round number. */
const TIMES = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10_800, 21_600, 43_200, 86_400];

/** The round places of an axis. */
export function xTicks(axis: XAxis, low: number, high: number, count: number): number[] {
  if (axis === "wall" || axis === "relative") return timeTicks(axis, low, high, count);
  const ticks = linearTicks(low, high, count);
  // There is no step or epoch between two.
  const isWhole = axis === "step" || axis === "phase-step" || (axis === "epoch" && high - low >= 2);
  return isWhole ? ticks.filter(Number.isInteger) : ticks;
}

function timeTicks(axis: XAxis, low: number, high: number, count: number): number[] {
  const rough = (high - low) / Math.max(count, 1);
  const step = TIMES.find((size) => size >= rough);
  if (rough < 1) return linearTicks(low, high, count);
  if (!step) return linearTicks(low / 86_400, high / 86_400, count).map((days) => days * 86_400);
  // Days begin at midnight where the reader is.
  const zone = axis === "wall" ? new Date(low * 1000).getTimezoneOffset() * 60 : 0;
  const ticks: number[] = [];
  for (let at = Math.ceil((low - zone) / step); at * step + zone <= high; at += 1) ticks.push(at * step + zone);
  return ticks;
}

/** A place of the axis as it stands at a tick; `range` says how much has to be told apart. */
export function xLabel(axis: XAxis, value: number, range: number): string {
  if (axis === "percent") return `${Number(value.toPrecision(4))} %`;
  if (axis === "relative") return value === 0 ? "0" : duration(value);
  if (axis === "wall") return wallLabel(value, range);
  const size = Math.abs(value);
  const short = Number(value.toPrecision(8));
  if (size >= 1e6) return `${Number((short / 1e6).toPrecision(6))}M`;
  return size >= 1e4 ? `${Number((short / 1e3).toPrecision(6))}k` : String(short).replace("-", "−");
}

function wallLabel(value: number, range: number): string {
  const date = new Date(value * 1000);
  if (range > 3 * 86_400) return date.toLocaleDateString("en-GB", { day: "numeric", month: "short" });
  const time: Intl.DateTimeFormatOptions = { hour: "2-digit", minute: "2-digit" };
  return date.toLocaleTimeString("en-GB", range > 600 ? time : { ...time, second: "2-digit" });
}

/** The same for uPlot. */
export function xLabels(axis: XAxis): Pick<uPlot.Axis, "splits" | "values"> {
  const width = axis === "wall" || axis === "relative" ? 90 : 64;
  return {
    splits: (plot, _, low, high) => xTicks(axis, low, high, Math.max(2, Math.floor((plot.width - 64) / width))),
    values: (plot, ticks) => {
      const { min = 0, max = 0 } = plot.scales["x"] ?? {};
      return ticks.map((tick) => xLabel(axis, tick, (max ?? 0) - (min ?? 0)));
    },
  };
}
