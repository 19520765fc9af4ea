/** How far a run is: of how many epochs, and when it will be through. */
import { useEffect, useState } from "preact/hooks";
import { post } from "../api.ts";
import type { WireHistory } from "../plots/points.ts";
import type { Run } from "../types.ts";
import type { WholeRun } from "./types.ts";

/** What programs call the number of epochs that they are to run. */
const TOTALS = /^(num_|n_|max_|total_)?epochs?(_total|_max)?$/i;
/** The last few epochs tell best how long the next ones take. */
const LAST = 5;

/** How many epochs a run is to have, where one of its parameters or arguments says it. */
export function totalEpochs(run: Pick<Run, "params" | "modules">): number | undefined {
  const all = [run.params ?? {}, ...run.modules.map(({ record }) => record.arguments)];
  for (const values of all) {
    for (const [name, value] of Object.entries(values)) {
      if (TOTALS.test(name) && typeof value === "number" && value > 0) return value;
    }
  }
  return undefined;
}

/** The epoch that a run has reached; a program may tell it with its metrics alone. */
export function epochOf(run: Pick<Run, "epoch" | "metrics">): number {
  const trained = run.metrics.filter(({ last }) => last.phase !== "system");
  return trained.reduce((most, { last }) => Math.max(most, last.epoch ?? 0), run.epoch);
}

/**
 * Seconds from an epoch to the `total`th, as fast as it went between the last of these points, whose times are
 * in microseconds. What is measured in few epochs only tells it as well.
 */
export function remaining(epochs: number[], times: number[], epoch: number, total: number): number | undefined {
  if (epoch >= total) return undefined;
  const ends = new Map(epochs.map((one, at) => [one, times[at]!]));
  const last = [...ends].sort(([a], [b]) => a - b).slice(-LAST - 1);
  const [first, newest] = [last[0], last[last.length - 1]];
  if (!first || !newest || newest[0] <= first[0]) return undefined;
  const each = (newest[1] - first[1]) / (newest[0] - first[0]);
  return Math.max(0, ((total - epoch) * each) / 1e6);
}

/** Whether the last value of a metric is no finite number: what comes after it is seldom better. */
export const isDiverged = ({ metrics }: Pick<Run, "metrics">): boolean =>
  metrics.some(({ last }) => ["NaN", "Infinity", "-Infinity"].includes(String(last.value)));

/** So many times the usual wait for a point is long; and no wait under a minute is. */
const LONG = 3;
const SHORTEST = 60_000;

/** For how many seconds a program that is alive has measured nothing, where that is longer than usual. */
export function silence({ status, metrics }: Pick<Run, "status" | "metrics">, now: number): number | undefined {
  if (status !== "running") return undefined;
  const measured = metrics.filter(({ last }) => last.phase !== "system" && last.time);
  const newest = Math.max(...measured.map(({ last }) => Date.parse(last.time!)));
  // While one metric is waited for, as at the end of an epoch, the others rest.
  const waits = measured.flatMap(({ count, first, last }) =>
    count < 3 || !first.time ? [] : [(Date.parse(last.time!) - Date.parse(first.time)) / (count - 1)],
  );
  const isLong = waits.length > 0 && now - newest > Math.max(LONG * Math.max(...waits), SHORTEST);
  return isLong ? (now - newest) / 1000 : undefined;
}

/** The time that is left of a run that goes on; asked again with each epoch. */
export function useRemaining(run: WholeRun, total: number | undefined): number | undefined {
  const [left, setLeft] = useState<number>();
  const epoch = epochOf(run);
  const summary = run.metrics.find(({ last }) => last.epoch === epoch && last.phase !== "system") ?? run.metrics[0];
  useEffect(() => {
    if (run.status !== "running" || total === undefined || !summary) return setLeft(undefined);
    const stop = new AbortController();
    const { name, phase = "" } = summary.last;
    const body = { runs: [run.uuid], series: [[name, phase]], axis: "epoch", from: Math.max(0, epoch - LAST) };
    post<{ histories: WireHistory[] }>("/series", body, stop.signal).then(
      ({ histories: [history] }) => setLeft(history && remaining(history.series.epochs, history.series.times, epoch, total)),
      () => setLeft(undefined),
    );
    return () => stop.abort();
  }, [run.uuid, epoch, run.status, total]);
  return left;
}
