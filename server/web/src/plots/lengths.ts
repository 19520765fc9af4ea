/** How long the runs are: where one is far longer than the others, these are squeezed into a line. */
import { computed, signal } from "@preact/signals";
import type { Origin } from "./places.ts";
import { xAxis } from "./view.ts";

const known = signal<ReadonlyMap<string, Origin>>(new Map());

/** Beyond this ratio the shorter runs cannot be seen beside the longest. */
const RATIO = 20;

export function noteLengths(origins: ReadonlyMap<string, Origin>): void {
  if (origins.size === 0) return;
  const before = known.peek();
  const isNew = [...origins].some(([run, { steps }]) => (before.get(run)?.steps[1] ?? -1) < steps[1]);
  if (isNew) known.value = new Map([...before, ...origins]);
}

/** Where to cut the axis so that the short ones are seen; none where they can be seen as it is. */
export const uneven = computed(() => {
  const axis = xAxis.value;
  if (axis !== "epoch" && axis !== "step") return undefined;
  const ends = [...known.value.values()]
    .map(({ epochs, steps }) => (axis === "epoch" ? epochs : steps))
    .filter(([low, high]) => high > low)
    .sort((a, b) => a[1] - a[0] - (b[1] - b[0]));
  const middle = ends[Math.floor((ends.length - 1) / 2)];
  const [shortest] = ends;
  const longest = ends[ends.length - 1];
  if (!middle || !shortest || !longest) return undefined;
  const ratio = (longest[1] - longest[0]) / (middle[1] - middle[0]);
  return ratio > RATIO ? { ratio: Math.round(ratio), middle, shortest } : undefined;
});
