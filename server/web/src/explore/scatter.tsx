/** A point for each run: an argument against the metric. */
import type { JSX } from "preact";
import { useMemo, useRef } from "preact/hooks";
import { exact, number } from "../format.ts";
import { Choice } from "../plots/choice.tsx";
import { bound } from "../router.ts";
import { pages } from "../routes.ts";
import { hovered } from "../state.ts";
import { isDark } from "../theme.ts";
import { axisOf, jitter, type Cell, type FieldAxis } from "./axes.ts";
import { ColourKey, coloursOf, type Colours } from "./colours.tsx";
import { shortName, type Explored } from "./data.ts";
import { useWidth } from "./use-width.ts";

const HEIGHT = 460;
const BOX = { left: 76, right: 24, top: 16, bottom: 56 };
const INNER = HEIGHT - BOX.top - BOX.bottom;

/** No point stands on the frame. */
const ROOM = 14;

const chosenX = bound("sx");
const chosenColour = bound("sc");

interface Props {
  data: Explored;
  /** The arguments by their effects, the greatest first; empty where these are not known. */
  usual: string[];
}

export function Scatter({ data, usual }: Props): JSX.Element {
  const root = useRef<HTMLDivElement>(null);
  const width = useWidth(root);
  const field = chosenX.value || usual[0] || data.fields[0]?.field || "";
  const third = chosenColour.value || usual.find((one) => one !== field) || data.metric;
  const valuesOf = (one: string): Cell[] => (one === data.metric ? data.values : (data.columns[one] ?? data.uuids.map(() => undefined)));
  const x = useMemo(() => axisOf(field, valuesOf(field), number), [data, field]);
  const y = useMemo(() => axisOf(data.metric, data.values, number), [data]);
  const colours = useMemo(() => coloursOf(third, valuesOf(third)), [data, third, isDark.value]);
  const options = [...data.fields.map((one) => one.field), data.metric].map((one) => ({ value: one, label: shortName(one) }));
  return (
    <>
      <p class="explore-hint">
        <Choice label="x" value={field} options={options.slice(0, -1)} set={(value) => chosenX.set(value)} />
        <Choice label="Colour" value={third} options={options} set={(value) => chosenColour.set(value)} />
        <ColourKey colours={colours} />
        {chosenX.value === "" && usual[0] === field && <span class="muted">x is the argument of the greatest effect</span>}
      </p>
      <div ref={root} class="scatter">
        {width > 0 && <Picture {...{ data, x, y, width, colours }} />}
      </div>
    </>
  );
}

interface PictureProps {
  data: Explored;
  x: FieldAxis;
  y: FieldAxis;
  width: number;
  colours: Colours;
}

function Picture({ data, x, y, width, colours }: PictureProps): JSX.Element {
  const inner = width - BOX.left - BOX.right;
  const atX = (place: number): number => BOX.left + ROOM + place * (inner - 2 * ROOM);
  const atY = (place: number): number => BOX.top + ROOM + (1 - place) * (INNER - 2 * ROOM);
  const bands = x.kind === "categories" ? inner / Math.max(x.ticks.length, 1) : 0;
  const raised = hovered.value;
  const label = `${data.uuids.length} runs: ${shortName(x.field)} against ${shortName(y.field)}`;
  return (
    <svg width={width} height={HEIGHT} aria-label={label} role="group">
      {y.ticks.map(({ place, label: text }) => (
        <g key={text} class="scatter-tick">
          <path d={`M${BOX.left} ${atY(place)}h${inner}`} />
          <text x={BOX.left - 8} y={atY(place) + 4} class="end">{text}</text>
        </g>
      ))}
      {x.ticks.map(({ place, label: text, count }) => (
        <g key={text} class="scatter-tick">
          {x.kind === "numbers" && <path d={`M${atX(place)} ${BOX.top}v${INNER}`} />}
          <text x={atX(place)} y={HEIGHT - BOX.bottom + 18} class="middle">
            {text.length > 18 ? `${text.slice(0, 17)}…` : text}
            {count !== undefined && <tspan class="count"> ×{count}</tspan>}
          </text>
        </g>
      ))}
      <text class="scatter-title middle" x={BOX.left + inner / 2} y={HEIGHT - 12}>
        {shortName(x.field)}
        {x.isLog ? " (log)" : ""}
      </text>
      <text class="scatter-title middle" transform={`translate(16 ${BOX.top + INNER / 2}) rotate(-90)`}>
        {shortName(y.field)}
        {y.isLog ? " (log)" : ""}
      </text>
      {data.uuids.map((uuid, run) => {
        if (data.values[run] === undefined) return null;
        const aside = bands > 0 ? jitter(uuid) * Math.min(bands * 0.6, 60) : 0;
        const name = `${data.names[run]}: ${shortName(x.field)} ${exact(x.values[run]) || "none"}, ${shortName(y.field)} ${exact(data.values[run])}`;
        return (
          <a
            key={uuid}
            href={pages.run(uuid)}
            aria-label={name}
            onPointerEnter={() => (hovered.value = uuid)}
            onPointerLeave={() => (hovered.value = undefined)}
          >
            <circle
              class={`scatter-point ${raised === uuid ? "is-raised" : ""}`}
              cx={atX(x.places[run]!) + aside}
              cy={atY(y.places[run]!)}
              r={raised === uuid ? 7 : 5}
              fill={colours.of[run]}
            >
              <title>{name}</title>
            </circle>
          </a>
        );
      })}
    </svg>
  );
}
