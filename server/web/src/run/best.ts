/** The best and the last values of a run, the metrics that were tested first. */
import { toNumber } from "../format.ts";
import type { Summary } from "../types.ts";
import type { WholeRun } from "./types.ts";

export interface Best {
  name: string;
  phase: string;
  last: number | undefined;
  best: number | undefined;
  at: { epoch: number; step: number } | undefined;
}

/** One line for each metric whose better direction is known. */
export function bestOf(run: WholeRun): Best[] {
  const rank = ({ last }: Summary): number => (last.phase === "train" ? 1 : 0);
  return [...run.metrics]
    .filter(({ last }) => last.phase !== "system" && run.metric_definitions[last.name]?.direction)
    .sort((a, b) => rank(a) - rank(b))
    .map((summary) => {
      const isLess = run.metric_definitions[summary.last.name]?.direction === "minimize";
      return {
        name: summary.last.name,
        phase: summary.last.phase ?? "",
        last: toNumber(summary.last.value),
        best: toNumber(isLess ? summary.min : summary.max),
        at: (isLess ? summary.min_at : summary.max_at) ?? undefined,
      };
    });
}
