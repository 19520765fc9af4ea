/** A curve in a cell: the shape of a series at a glance. */
import type { JSX } from "preact";
import { toNumber } from "../format.ts";

const [WIDTH, HEIGHT, EDGE] = [72, 20, 2];

export function Spark({ values, colour, label }: { values: unknown; colour: string; label: string }): JSX.Element | null {
  if (!Array.isArray(values)) return null;
  const path = sparkPath(values.map(toNumber));
  if (!path) return null;
  return (
    <svg class="spark" viewBox={`0 0 ${WIDTH} ${HEIGHT}`} width={WIDTH} height={HEIGHT} role="img" aria-label={label}>
      <path d={path} style={{ stroke: colour }} />
    </svg>
  );
}

/** Values that are no finite numbers leave a gap. */
function sparkPath(values: readonly (number | undefined)[]): string {
  const finite = values.filter((value): value is number => value !== undefined && Number.isFinite(value));
  if (finite.length === 0) return "";
  const [low, high] = [Math.min(...finite), Math.max(...finite)];
  const x = (at: number): string => (EDGE + (at / Math.max(1, values.length - 1)) * (WIDTH - 2 * EDGE)).toFixed(1);
  const y = (value: number): string =>
    (high === low ? HEIGHT / 2 : HEIGHT - EDGE - ((value - low) / (high - low)) * (HEIGHT - 2 * EDGE)).toFixed(1);
  let path = "";
  let isDown = false;
  for (const [at, value] of values.entries()) {
    const isFinite = value !== undefined && Number.isFinite(value);
    if (isFinite) path += `${isDown ? "L" : "M"}${x(at)} ${y(value)}`;
    isDown = isFinite;
  }
  // A lone point is a dot: its line has a round end.
  return finite.length === 1 ? `${path}h0` : path;
}
