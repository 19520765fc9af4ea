/** Parallel coordinates: each run is a line through its arguments to its metric. */
import type { JSX } from "preact";
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { exact, number } from "../format.ts";
import { bound, go } from "../router.ts";
import { pages } from "../routes.ts";
import { hovered } from "../state.ts";
import { isDark } from "../theme.ts";
import { axisOf, jitter, type FieldAxis } from "./axes.ts";
import { brushes, clearBrushes, dropStale, inside, setBrush } from "./brush.ts";
import { ColourKey, coloursOf, type Colours } from "./colours.tsx";
import { shortName, type Explored } from "./data.ts";
import { useWidth } from "./use-width.ts";
import { Button } from "../ui/parts.tsx";

const HEIGHT = 440;
const BOX = { top: 60, bottom: 20, left: 120, right: 64 };
const INNER = HEIGHT - BOX.top - BOX.bottom;
const LEAST = 116;
const SHORT = 14;

const order = bound("axes");
const atY = (place: number): number => BOX.top + (1 - place) * INNER;

export function Parallel({ data }: { data: Explored }): JSX.Element {
  const root = useRef<HTMLDivElement>(null);
  const shown = useWidth(root);
  const axes = useMemo(() => axesOf(data), [data]);
  const colours = useMemo(() => coloursOf(data.metric, data.values), [data, isDark.value]);
  const ordered = sorted(axes, order.value);
  const all = brushes();
  useEffect(() => dropStale(axes));
  const [dragged, setDragged] = useState<{ field: string; x: number }>();
  const width = Math.max(shown, LEAST * (axes.length - 1) + BOX.left + BOX.right);
  const gap = axes.length > 1 ? (width - BOX.left - BOX.right) / (axes.length - 1) : 0;
  const xOf = (axis: FieldAxis): number =>
    dragged?.field === axis.field ? dragged.x : BOX.left + ordered.indexOf(axis) * gap;
  const drop = (field: string, x: number): void => {
    const to = Math.max(0, Math.min(axes.length - 1, Math.round((x - BOX.left) / (gap || 1))));
    const fields = ordered.map((axis) => axis.field).filter((one) => one !== field);
    fields.splice(to, 0, field);
    order.set(fields.join(","), "replace");
    setDragged(undefined);
  };
  const move = (axis: FieldAxis, by: number): void => drop(axis.field, xOf(axis) + by * gap);
  return (
    <>
      <p class="explore-hint muted">
        <ColourKey colours={colours} />
        Drag along an axis to keep the runs that pass there; drag a name to move its axis.
        {all.length > 0 && <Button onClick={clearBrushes}>Clear the brushes</Button>}
      </p>
      <div class="parallel" ref={root} tabIndex={0} role="region" aria-label="Parallel coordinates">
        {shown > 0 && (
          <div class="parallel-inner" style={{ width: `${width}px`, height: `${HEIGHT}px` }}>
            <svg width={width} height={HEIGHT} role="img" aria-label={labelOf(data, ordered)}>
              <Lines {...{ data, colours, xOf }} axes={ordered} />
              {ordered.map((axis) => (
                <Axis key={axis.field} axis={axis} x={xOf(axis)} brush={all.find((one) => one.field === axis.field)} axes={axes} />
              ))}
            </svg>
            {ordered.map((axis) => (
              <AxisName
                key={axis.field}
                axis={axis}
                x={xOf(axis)}
                width={Math.max(LEAST, Math.min(gap, 2 * BOX.right)) - 8}
                drag={(x) => setDragged({ field: axis.field, x })}
                drop={(x) => drop(axis.field, x)}
                move={(by) => move(axis, by)}
              />
            ))}
          </div>
        )}
      </div>
    </>
  );
}

const labelOf = (data: Explored, axes: readonly FieldAxis[]): string =>
  `${data.uuids.length} runs through ${axes.map(({ field }) => shortName(field)).join(", ")}`;

/** The arguments that vary, and the metric at the right. */
function axesOf(data: Explored): FieldAxis[] {
  const fields = data.fields.map(({ field }) => axisOf(field, data.columns[field] ?? [], number));
  return data.metric === "" ? fields : [...fields, axisOf(data.metric, data.values, number)];
}

/** In the order that was chosen; what that does not name stands where it was. */
function sorted(axes: readonly FieldAxis[], wanted: string): FieldAxis[] {
  const fields = wanted.split(",");
  const rank = (axis: FieldAxis): number => {
    const at = fields.indexOf(axis.field);
    return at < 0 ? fields.length + axes.indexOf(axis) : at;
  };
  return [...axes].sort((a, b) => rank(a) - rank(b));
}

interface LinesProps {
  data: Explored;
  axes: readonly FieldAxis[];
  colours: Colours;
  xOf: (axis: FieldAxis) => number;
}

function Lines({ data, axes, colours, xOf }: LinesProps): JSX.Element {
  const all = brushes();
  const isIn = data.uuids.map((_, run) => inside(axes, all, run));
  const raised = hovered.value;
  // Within its band each run has a place of its own, so that equal ones do not hide each other.
  const placeOf = (axis: FieldAxis, run: number): number => axis.places[run]! + jitter(data.uuids[run]!) * axis.band;
  const path = (run: number): string =>
    axes.map((axis, at) => `${at === 0 ? "M" : "L"}${xOf(axis)} ${atY(placeOf(axis, run)).toFixed(1)}`).join("");
  const drawn = data.uuids.map((uuid, run) => ({ uuid, run })).filter(({ run }) => isIn[run]);
  const context = data.uuids.map((_, run) => run).filter((run) => !isIn[run]);
  return (
    <>
      <path class="parallel-context" d={context.map(path).join("")} />
      {drawn.map(({ uuid, run }) => (
        <path
          key={uuid}
          class={`parallel-line ${raised === undefined ? "" : raised === uuid ? "is-raised" : "is-behind"}`}
          d={path(run)}
          stroke={colours.of[run]!}
          onPointerEnter={() => (hovered.value = uuid)}
          onPointerLeave={() => (hovered.value = undefined)}
          onClick={() => go(pages.run(uuid))}
        >
          <title>{titleOf(data, axes, run)}</title>
        </path>
      ))}
    </>
  );
}

const titleOf = (data: Explored, axes: readonly FieldAxis[], run: number): string =>
  [data.names[run], ...axes.map(({ field, values }) => `${shortName(field)} ${exact(values[run]) || "none"}`)].join("\n");

interface AxisProps {
  axis: FieldAxis;
  axes: readonly FieldAxis[];
  x: number;
  brush: { from: number; to: number } | undefined;
}

function Axis({ axis, axes, x, brush }: AxisProps): JSX.Element {
  const [drawn, setDrawn] = useState<[number, number]>();
  const placeOf = (event: PointerEvent): number => {
    const box = (event.currentTarget as Element).closest("svg")!.getBoundingClientRect();
    return Math.max(0, Math.min(1, 1 - (event.clientY - box.top - BOX.top) / INNER));
  };
  const down = (event: PointerEvent): void => {
    (event.currentTarget as Element).setPointerCapture(event.pointerId);
    setDrawn([placeOf(event), placeOf(event)]);
  };
  const up = (): void => {
    if (!drawn) return;
    const [from, to] = [Math.min(...drawn), Math.max(...drawn)];
    setDrawn(undefined);
    setBrush(axes, axis.field, to - from < 0.01 ? undefined : [from, to]);
  };
  const range = drawn ? [Math.min(...drawn), Math.max(...drawn)] : brush && [brush.from, brush.to];
  return (
    <g class="parallel-axis">
      <path d={`M${x} ${BOX.top}V${BOX.top + INNER}`} />
      {axis.ticks.map(({ place, label, count }) => (
        <g key={label}>
          {axis.band > 0 && (
            <rect class="category" x={x - 4} width={8} y={atY(place + axis.band / 2)} height={axis.band * INNER} rx={4} />
          )}
          {axis.band === 0 && <path d={`M${x - 4} ${atY(place)}h4`} />}
          <text x={x - 8} y={atY(place) + 4}>
            {label.length > SHORT ? `${label.slice(0, SHORT - 1)}…` : label}
            {count !== undefined && <tspan class="count"> ×{count}</tspan>}
            <title>{label}</title>
          </text>
        </g>
      ))}
      {range && <rect class="brush" x={x - 7} width={14} y={atY(range[1]!)} height={(range[1]! - range[0]!) * INNER} />}
      <rect
        class="brush-area"
        x={x - 14}
        y={BOX.top - 6}
        width={28}
        height={INNER + 12}
        onPointerDown={down}
        onPointerMove={(event) => drawn && setDrawn([drawn[0], placeOf(event)])}
        onPointerUp={up}
      />
    </g>
  );
}

interface NameProps {
  axis: FieldAxis;
  x: number;
  width: number;
  drag: (x: number) => void;
  drop: (x: number) => void;
  move: (by: number) => void;
}

/** The name of an axis moves it, by the pointer or by the arrow keys. */
function AxisName({ axis, x, width, drag, drop, move }: NameProps): JSX.Element {
  const grip = useRef<number>(undefined);
  const name = shortName(axis.field);
  // The component stands above the name of its argument.
  const { above, below } = nameLines(axis.field);
  return (
    <button
      type="button"
      class="axis-name"
      style={{ left: `${x}px`, width: `${width}px` }}
      title={`${name}${axis.isLog ? ", logarithmic" : ""}. Drag it, or use the arrow keys, to move the axis.`}
      onPointerDown={(event) => {
        event.currentTarget.setPointerCapture(event.pointerId);
        grip.current = event.clientX - x;
      }}
      onPointerMove={(event) => grip.current !== undefined && drag(event.clientX - grip.current)}
      onPointerUp={(event) => {
        if (grip.current !== undefined) drop(event.clientX - grip.current);
        grip.current = undefined;
      }}
      onKeyDown={(event) => {
        if (event.key === "ArrowLeft") move(-1);
        if (event.key === "ArrowRight") move(1);
      }}
    >
      <span class="ellipsis muted">{[above, axis.isLog ? "log" : ""].filter(Boolean).join(" · ")}</span>
      <span class="ellipsis">{below}</span>
    </button>
  );
}

/** The component of an argument, or which value of a metric, above its name. */
function nameLines(field: string): { above: string; below: string } {
  const name = shortName(field);
  const cut = field.startsWith("metric.") ? name.lastIndexOf(" ") : name.lastIndexOf(".");
  const [before, after] = [name.slice(0, Math.max(cut, 0)), name.slice(cut + 1)];
  return field.startsWith("metric.") && cut > 0 ? { above: after, below: before } : { above: before, below: after };
}
