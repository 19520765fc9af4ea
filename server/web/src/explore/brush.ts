/** Brushes on the axes of parallel coordinates: what they hold is added to the filter. */
import { typed } from "../filter/state.ts";
import { bound, change } from "../router.ts";
import type { FieldAxis } from "./axes.ts";

/** A part of an axis, in places from 0 to 1. */
export interface Brush {
  field: string;
  from: number;
  to: number;
}

const kept = bound("brush");
/** The filter without what the brushes have added. */
const base = bound("q0");

export function brushes(): Brush[] {
  return kept.value
    .split(";")
    .map((text) => text.split("~"))
    .filter((parts) => parts.length === 3)
    .map(([field, from, to]) => ({ field: field!, from: Number(from), to: Number(to) }));
}

/** The filter that finds the runs which the axes show: those outside of the brushes stay, in grey. */
export function filterOfAxes(accepted: string): string {
  return kept.value === "" ? accepted : base.value;
}

/** The filter with what brushes hold. */
export function brushed(filter: string, axes: readonly FieldAxis[], all: readonly Brush[]): string {
  const conditions = all.flatMap(({ field, from, to }) => {
    const axis = axes.find((one) => one.field === field);
    return axis?.condition(from, to) ?? [];
  });
  const parts = [...(filter && conditions.length > 0 ? [`(${filter})`] : filter ? [filter] : []), ...conditions];
  return parts.join(" and ");
}

/** Sets a brush, or takes that of a field away. */
export function setBrush(axes: readonly FieldAxis[], field: string, range: [number, number] | undefined): void {
  const others = brushes().filter((brush) => brush.field !== field);
  const all = range ? [...others, { field, from: range[0], to: range[1] }] : others;
  const filter = kept.peek() === "" ? typed.peek() : base.peek();
  change(
    {
      brush: all.map((one) => `${one.field}~${one.from.toFixed(3)}~${one.to.toFixed(3)}`).join(";"),
      q0: all.length > 0 ? filter : "",
      q: brushed(filter, axes, all),
    },
    "replace",
  );
}

export function clearBrushes(): void {
  change({ brush: "", q0: "", q: base.peek() }, "replace");
}

/** Who types another filter has given the brushes up. */
export function dropStale(axes: readonly FieldAxis[]): void {
  if (kept.peek() === "" || axes.length === 0) return;
  if (typed.peek().trim() !== brushed(base.peek(), axes, brushes())) change({ brush: "", q0: "" }, "replace");
}

/** Which runs are inside of all brushes. */
export function inside(axes: readonly FieldAxis[], all: readonly Brush[], run: number): boolean {
  return all.every(({ field, from, to }) => {
    const place = axes.find((axis) => axis.field === field)?.places[run];
    return place === undefined || (place >= from && place <= to);
  });
}
