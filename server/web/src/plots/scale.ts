// From values to places between 0 and 1, and the round values that stand beside an axis.

/** How values are laid out. */
export type ScaleKind = "linear" | "log" | "symlog";

/** An axis from a low value to a high one. */
export interface Scale {
  kind: ScaleKind;
  low: number;
  high: number;
  /** The place of a value, 0 at the low end and 1 at the high one. */
  at(value: number): number;
  /** The value at a place. */
  value(place: number): number;
  /** Round values on it, about as many as wanted. */
  ticks(count: number): number[];
}

/** An axis over these ends. A log axis needs positive ends; an empty range is widened. */
export function scaleOf(kind: ScaleKind, ends: [number, number], linearTo = 1): Scale {
  const [low, high] = widened(kind, ends);
  const bend = (value: number) => {
    if (kind === "log") return Math.log10(Math.max(value, Number.MIN_VALUE));
    return kind === "symlog" ? Math.asinh(value / linearTo) : value;
  };
  const unbend = (bent: number) => {
    if (kind === "log") return 10 ** bent;
    return kind === "symlog" ? Math.sinh(bent) * linearTo : bent;
  };
  const [from, to] = [bend(low), bend(high)];
  return {
    kind,
    low,
    high,
    at: (value) => (bend(value) - from) / (to - from),
    value: (place) => unbend(from + place * (to - from)),
    ticks: (count) => {
      if (kind === "log") return logTicks(low, high, count);
      return kind === "symlog" ? symlogTicks(low, high, linearTo) : linearTicks(low, high, count);
    },
  };
}

function widened(kind: ScaleKind, [low, high]: [number, number]): [number, number] {
  if (!(low <= high)) return kind === "log" ? [0.1, 1] : [0, 1];
  if (kind === "log") {
    if (low <= 0) return widened(kind, [high > 0 ? high / 1000 : 0.1, high > 0 ? high : 1]);
    return high > low ? [low, high] : [low / 2, high * 2];
  }
  if (high > low) return [low, high];
  const room = Math.abs(low) * 0.05 || 0.5;
  return [low - room, high + room];
}

/** Multiples of 1, 2 or 5 times a power of ten. */
export function linearTicks(low: number, high: number, count: number): number[] {
  const rough = (high - low) / Math.max(count, 1);
  if (!(rough > 0) || !Number.isFinite(rough)) return [low];
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * ([1, 2, 5, 10].find((factor) => factor * power >= rough * 0.999) ?? 10);
  const ticks: number[] = [];
  for (let at = Math.ceil(low / step - 1e-9); at * step <= high + step * 1e-9; at += 1) {
    // The nearest number with as many digits: 3 * 0.1 is not 0.3.
    ticks.push(Number((at * step).toPrecision(12)));
  }
  return ticks;
}

/** Powers of ten, with their multiples where those are few; round values where not even two fit. */
export function logTicks(low: number, high: number, count: number): number[] {
  const first = Math.floor(Math.log10(low));
  const last = Math.ceil(Math.log10(high));
  const within = (value: number) => value >= low * (1 - 1e-9) && value <= high * (1 + 1e-9);
  for (const factors of [[1, 2, 3, 5], [1, 3], [1]]) {
    const ticks: number[] = [];
    for (let power = first; power <= last; power += 1) {
      for (const factor of factors) ticks.push(Number(`${factor}e${power}`));
    }
    const shown = ticks.filter(within);
    if (shown.length < 2) return linearTicks(low, high, count);
    if (shown.length <= count) return shown;
  }
  const step = Math.ceil((last - first) / Math.max(count, 1));
  const ticks: number[] = [];
  for (let power = first; power <= last; power += step) ticks.push(Number(`1e${power}`));
  return ticks.filter(within);
}

function symlogTicks(low: number, high: number, linearTo: number): number[] {
  const sign = (factor: number, from: number, to: number) =>
    to > linearTo ? logTicks(Math.max(from, linearTo), to, 4).map((tick) => factor * tick) : [];
  const ticks = [...sign(-1, -high, -low).reverse(), ...(low <= 0 && high >= 0 ? [0] : [])];
  ticks.push(...sign(1, low, high));
  return ticks.length > 1 ? ticks : linearTicks(low, high, 5);
}

/**
 * The range of these values, or the one that holds all but a hundredth at each end, with how many
 * stand above and below it.
 */
export function rangeOf(
  values: number[],
  trim: boolean,
): { range: [number, number]; above: number; below: number } | undefined {
  const sorted = Float64Array.from(values.filter(Number.isFinite)).sort();
  if (sorted.length === 0) return undefined;
  if (!trim) return { range: [sorted[0]!, sorted[sorted.length - 1]!], above: 0, below: 0 };
  const at = (part: number) => sorted[Math.round(part * (sorted.length - 1))]!;
  const range: [number, number] = [at(0.01), at(0.99)];
  const below = sorted.findIndex((value) => value >= range[0]);
  let above = 0;
  while (sorted[sorted.length - 1 - above]! > range[1]) above += 1;
  return { range, above, below };
}

/** Where a symlog axis turns from linear to logarithmic: a thousandth of its reach, as a power of ten. */
export function linearPart([low, high]: [number, number]): number {
  const reach = Math.max(Math.abs(low), Math.abs(high));
  return reach > 0 ? 10 ** Math.floor(Math.log10(reach) - 2) : 1;
}
