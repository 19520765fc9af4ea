/** Which line is nearest to a place of the plot, and which of its points. */
import type { Hoverable, Picture } from "./picture.ts";

export interface Near extends Hoverable {
  /** The slot of the grid that is meant. */
  slot: number;
  /** Which point of the line stands there; −1 where a mean has a value and its first run has none. */
  at: number;
}

/** What turns values into pixels. */
export interface Pixels {
  x: (value: number) => number;
  y: (value: number) => number;
}

/** Farther away, nothing is meant. */
const REACH = 40;

/** The line that passes nearest above or below the pixel, with its point nearest along x. */
export function nearest(
  picture: Picture,
  pixel: { x: number; y: number },
  pixels: Pixels,
): Near | undefined {
  let found: { near: Near; distance: number } | undefined;
  for (const row of picture.hoverable) {
    const [left, right] = neighbours(picture.grid.x, row.y, pixel.x, pixels);
    if (left < 0 && right < 0) continue;
    const distance = distanceTo(picture, row, left, right, pixel, pixels);
    if (distance > REACH || (found && found.distance <= distance)) continue;
    const slot = closer(picture.grid.x, left, right, pixel.x, pixels);
    found = { near: { ...row, slot, at: row.trace.from[slot]! }, distance };
  }
  return found?.near;
}

/** The slots with a value to the left and to the right of a pixel; −1 where there is none. */
function neighbours(
  x: number[],
  y: (number | null | undefined)[],
  pixel: number,
  pixels: Pixels,
): [number, number] {
  let low = 0;
  let high = x.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (pixels.x(x[middle]!) <= pixel) low = middle + 1;
    else high = middle;
  }
  let left = low - 1;
  while (left >= 0 && typeof y[left] !== "number") left -= 1;
  let right = low;
  while (right < x.length && typeof y[right] !== "number") right += 1;
  return [left, right < x.length ? right : -1];
}

function distanceTo(
  { grid }: Picture,
  { y }: Hoverable,
  left: number,
  right: number,
  pixel: { x: number; y: number },
  pixels: Pixels,
): number {
  const point = (slot: number): [number, number] => [pixels.x(grid.x[slot]!), pixels.y(y[slot]!)];
  if (left < 0 || right < 0) {
    const [x, height] = point(left < 0 ? right : left);
    return Math.hypot(x - pixel.x, height - pixel.y);
  }
  const [x0, y0] = point(left);
  const [x1, y1] = point(right);
  const part = x1 > x0 ? (pixel.x - x0) / (x1 - x0) : 0;
  const [above, below] = [Math.min(y0, y1), Math.max(y0, y1)];
  // Beside a spike the line is as near as the spike is.
  const isBeside = x1 - x0 < 6 && pixel.y >= above && pixel.y <= below;
  return isBeside ? 0 : Math.abs(y0 + part * (y1 - y0) - pixel.y);
}

function closer(x: number[], left: number, right: number, pixel: number, pixels: Pixels): number {
  if (left < 0) return right;
  if (right < 0) return left;
  return pixel - pixels.x(x[left]!) <= pixels.x(x[right]!) - pixel ? left : right;
}

/** The next slot in which a row has a value, in this direction; the same where there is none. */
export function step({ y }: Hoverable, slot: number, by: 1 | -1): number {
  for (let at = slot + by; at >= 0 && at < y.length; at += by) if (typeof y[at] === "number") return at;
  return slot;
}
