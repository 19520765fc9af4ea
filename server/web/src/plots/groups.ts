/** Which runs are repeats of each other, as the server says. */
import { useGet } from "../use.ts";
import type { PlotRun } from "./run.ts";

export interface Groups {
  groups: { runs: string[] }[];
}

/** The groups of the runs that a filter finds; nothing is asked while none are shown. */
export function useGroups(experiment: string, query: string | undefined, isShown: boolean): Groups | undefined {
  const path = isShown && query !== undefined ? "/groups" : undefined;
  const { data } = useGet<Groups>(path, { experiment, query, columns: "id" });
  return isShown ? data : undefined;
}

/** The groups with the runs that are drawn, the one of the best run first. */
export function drawnGroups({ groups }: Groups, runs: readonly PlotRun[]): string[][] {
  const groupOf = new Map(groups.flatMap(({ runs: members }, at) => members.map((run) => [run, at] as const)));
  const drawn = new Map<number, string[]>();
  for (const { uuid } of runs) {
    const at = groupOf.get(uuid);
    if (at !== undefined) drawn.set(at, [...(drawn.get(at) ?? []), uuid]);
  }
  return [...drawn.values()];
}
