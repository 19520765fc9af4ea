/** How the plots show things: all of it in the address, shared by all plots of the page. */
import { computed, signal } from "@preact/signals";
import type { Keys } from "../keys.ts";
import { bound, change } from "../router.ts";
import { X_AXES, type XAxis } from "./places.ts";
import type { ScaleKind } from "./scale.ts";
import type { Spread } from "./spread.ts";

/** `test` is whatever is not of training, as `val` too. */
export type Shown = "both" | "test" | "train";

const SCALES: readonly ScaleKind[] = ["linear", "log", "symlog"];
const SHOWN: readonly Shown[] = ["both", "test", "train"];
const SMOOTHING = [0, 0.3, 0.6, 0.9, 0.97];

const x = bound("x");
const y = bound("y", "linear");
const weight = bound("sm", "0");
const part = bound("z");
const shownRoles = bound("t", "both");
const trimmed = bound("clip", "0");
const groups = bound("g");
/** The field whose values have plots of their own. */
export const facet = bound("facet");

/** Whether a run with epochs is drawn: epochs are then what nobody has to choose. */
export const hasEpochs = signal(false);

export const xAxis = computed<XAxis>(() => {
  const chosen = X_AXES.find(({ value }) => value === x.value)?.value;
  return chosen ?? (hasEpochs.value ? "epoch" : "step");
});
export const yScale = computed(() => SCALES.find((kind) => kind === y.value) ?? "linear");
export const smoothing = computed(() => Math.max(0, Math.min(0.999, Number(weight.value) || 0)));
export const shown = computed(() => SHOWN.find((roles) => roles === shownRoles.value) ?? "both");
export const trim = computed(() => trimmed.value === "1");
export const spread = computed<Spread | undefined>(() =>
  groups.value === "std" || groups.value === "range" ? groups.value : undefined,
);
export const zoom = computed<[number, number] | undefined>(() => {
  const [low, high] = part.value.split("..").map(Number);
  const isRange = Number.isFinite(low) && Number.isFinite(high) && low! < high!;
  return isRange && part.value ? [low!, high!] : undefined;
});

/** Longer without a change is rest. */
export const REST = 120;

/** Whether something is being dragged: plots are drawn with fewer points until it rests. */
export const isMoving = signal(false);
let resting: ReturnType<typeof setTimeout> | undefined;

function moves(): void {
  isMoving.value = true;
  clearTimeout(resting);
  resting = setTimeout(() => (isMoving.value = false), REST);
}

/** Another axis has other places: a zoom would mean nothing on it. */
export const setX = (axis: XAxis): void => change({ x: axis, z: "" });
export const setY = (kind: ScaleKind): void => y.set(kind);
export const setShown = (roles: Shown): void => shownRoles.set(roles);
export const setTrim = (is: boolean): void => trimmed.set(is ? "1" : "0");
export const setSpread = (kind: Spread | ""): void => groups.set(kind);
export function setSmoothing(value: number): void {
  moves();
  weight.set(String(value), "replace");
}

/** Written with as many digits as a screen can tell apart. */
export function setZoom(range: [number, number] | undefined, how: "push" | "replace" = "push"): void {
  if (!range) return part.set("", how);
  if (how === "replace") moves();
  const step = 10 ** Math.floor(Math.log10((range[1] - range[0]) / 1e4));
  const write = (value: number): string =>
    String(Number((Math.round(value / step) * step).toPrecision(14)));
  part.set(`${write(range[0])}..${write(range[1])}`, how);
}

const after = <T>(list: readonly T[], current: T, by = 1): T =>
  list[(list.indexOf(current) + by + list.length) % list.length]!;

/** What single keys do to the plots. */
export const plotKeys: Keys = {
  "[": ["Previous x axis", () => turnX(-1)],
  "]": ["Next x axis", () => turnX(1)],
  l: ["Linear, logarithmic or symlog y axis", () => setY(after(SCALES, yScale.peek()))],
  s: ["More smoothing, or none", () => setSmoothing(nextSmoothing())],
  t: ["Evaluation and train, evaluation, or train", () => setShown(after(SHOWN, shown.peek()))],
  z: ["Show all of the x axis", () => setZoom(undefined)],
};

function turnX(by: number): void {
  setX(after(X_AXES.map(({ value }) => value), xAxis.peek(), by));
}

function nextSmoothing(): number {
  return SMOOTHING.find((value) => value > smoothing.peek()) ?? 0;
}
