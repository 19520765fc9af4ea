/** How each trace is drawn: the colour says which run, the stroke says whether it is of training. */
import { DASH_PATTERNS, stylesOf, type Style } from "../state.ts";
import { themed } from "./palette.ts";
import { COLOURED, type PlotRun } from "./run.ts";
import type { Role } from "./stems.ts";

/**
 * The styles of the runs that are told apart by colour; the others have none and are grey. Runs that
 * are drawn as one have one style.
 */
export function runStyles(runs: readonly PlotRun[], groups?: string[][]): Map<string, Style> {
  if (!groups) return stylesOf(runs.slice(0, COLOURED).map(({ uuid }) => uuid));
  const styles = stylesOf(groups.slice(0, COLOURED).map(([first]) => first!));
  return new Map(
    groups.flatMap((members) => {
      const style = styles.get(members[0]!);
      return style ? members.map((run) => [run, style] as const) : [];
    }),
  );
}

/** A colour that a canvas understands. A grey line that is raised is as dark as text. */
export function colourFor(style: Style | undefined, isRaised = false): string {
  if (style) return themed(`--c${style.colour}`);
  return themed(isRaised ? "--text" : "--grey");
}

/** What is tested is a whole line, train a thin dashed one beside it. A train line alone needs no dashes. */
export function strokeFor(
  role: Role,
  style: Style | undefined,
  hasBoth: boolean,
): { width: number; dash: number[] } {
  if (role === "train" && hasBoth) return { width: 1, dash: [5, 3] };
  return { width: style ? 1.75 : 1, dash: [...(DASH_PATTERNS[style?.dash ?? 0] ?? [])] };
}
