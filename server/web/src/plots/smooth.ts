// Smoothing that hides nothing: the raw line stays behind it.

/**
 * The exponential moving average of a line over x, without the pull towards its beginning.
 *
 * The older values fade by `weight` over each `spacing`, the usual distance of two points, so a line
 * that was thinned is smoothed as the whole one would be. A value that is no finite number stays as it
 * is and is not averaged.
 */
export function smoothed(x: number[], y: number[], weight: number, spacing: number): number[] {
  if (weight <= 0) return y;
  let sum = 0;
  let norm = 0;
  let before: number | undefined;
  return y.map((value, at) => {
    if (!Number.isFinite(value)) return value;
    const distance = before === undefined ? 0 : x[at]! - before;
    // Points at one place follow one another all the same.
    const fade = weight ** (distance > 0 && spacing > 0 ? distance / spacing : 1);
    sum = fade * sum + (1 - fade) * value;
    norm = fade * norm + (1 - fade);
    before = x[at];
    return norm > 0 ? sum / norm : value;
  });
}

/** The usual distance between two points of a line, were it whole. */
export function spacingOf(x: number[], total: number): number {
  return x.length > 1 ? (x[x.length - 1]! - x[0]!) / Math.max(total - 1, 1) : 0;
}
