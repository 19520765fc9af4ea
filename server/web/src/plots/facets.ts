/** A plot in parts: one for each value of a field, on the same axes. */
import { pictureOf, type Picture, type PictureOptions } from "./picture.ts";
import type { Line } from "./points.ts";
import type { PlotRun } from "./run.ts";

/** The runs that have one value of the field. */
export interface Facet {
  title: string;
  runs: ReadonlySet<string>;
}

/** More parts than these are too small to be read. */
const MOST = 12;

const NONE = "none";

/** The fields by which runs fall into a few parts. */
export const facetFields = (runs: readonly PlotRun[]): string[] =>
  [...new Set(runs.flatMap(({ differing }) => Object.keys(differing)))].filter((field) => {
    const { size } = new Set(runs.map(({ differing }) => differing[field]));
    return size > 1 && size <= MOST;
  });

/** The parts by a field, in the order of its values; nothing where it does not split the runs. */
export function facetsOf(field: string, runs: readonly PlotRun[]): Facet[] | undefined {
  if (!facetFields(runs).includes(field)) return undefined;
  const valueOf = ({ differing }: PlotRun): string => differing[field] ?? NONE;
  return [...new Set(runs.map(valueOf))]
    .sort((a, b) => place(a) - place(b) || a.localeCompare(b, "en"))
    .map((value) => ({
      title: `${field.replace(/^param\./, "")} = ${value}`,
      runs: new Set(runs.filter((run) => valueOf(run) === value).map(({ uuid }) => uuid)),
    }));
}

/** Numbers by their size, before all else. */
function place(text: string): number {
  const value = Number(text.replace("−", "-"));
  return Number.isFinite(value) ? value : Number.MAX_VALUE;
}

/** A picture of each part that has lines, on the axes of the whole. */
export function partsOf(
  lines: Line[],
  options: PictureOptions,
  whole: Picture,
  facets: readonly Facet[],
): { title: string; picture: Picture }[] {
  return facets.flatMap(({ title, runs }) => {
    const own = lines.filter(({ run }) => runs.has(run));
    const picture = pictureOf(own, { ...options, zoom: whole.x });
    if (picture.traces.length === 0) return [];
    // What a trimmed range leaves out is counted for that range.
    return [{ title, picture: options.trim ? picture : { ...picture, y: whole.y } }];
  });
}
