/** The same list as long as its runs are the same, so that nothing is drawn anew for a copy of it. */
import { useMemo } from "preact/hooks";
import type { PlotRun } from "./run.ts";

export function useSame(runs: readonly PlotRun[]): readonly PlotRun[] {
  return useMemo(() => runs, [JSON.stringify(runs)]);
}
