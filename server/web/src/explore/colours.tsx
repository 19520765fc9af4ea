/** The colours of runs by a metric or an argument, and what they mean. */
import type { JSX } from "preact";
import { number, text, toNumber } from "../format.ts";
import { extent } from "../plots/points.ts";
import { isDark } from "../theme.ts";
import { numberScale, type Cell } from "./axes.ts";
import { shortName } from "./data.ts";
import { viridis } from "./viridis.ts";

/** The bright end cannot be seen on white, nor the dark one on black. */
const colourAt = (place: number): string =>
  isDark.value ? viridis(0.25 + 0.75 * place) : viridis(0.9 * place);

const NONE = "var(--grey)";
const PALETTE = 10;

export interface Colours {
  field: string;
  /** The colour of each run; grey where it has no value. */
  of: string[];
  /** The ends of the scale; none where values are words. */
  ends: [number, number] | undefined;
  /** The words with their colours. */
  words: { word: string; colour: string }[];
}

export function coloursOf(field: string, values: readonly Cell[]): Colours {
  const numbers = values.map(toNumber);
  const ends = extent(numbers.filter((value) => value !== undefined));
  const isNumeric = ends && values.every((value, run) => value === null || value === undefined || numbers[run] !== undefined);
  if (!isNumeric) return wordColours(field, values);
  const scale = numberScale(numbers.filter((value) => value !== undefined));
  const of = numbers.map((value) =>
    value !== undefined && Number.isFinite(value) ? colourAt(scale.at(value)) : NONE,
  );
  return { field, of, ends, words: [] };
}

/** The commonest words have colours. */
function wordColours(field: string, values: readonly Cell[]): Colours {
  const counts = new Map<string, number>();
  for (const value of values) counts.set(text(value), (counts.get(text(value)) ?? 0) + 1);
  counts.delete("");
  const common = [...counts].sort(([, a], [, b]) => b - a).slice(0, PALETTE);
  const words = common.map(([word], at) => ({ word, colour: `var(--c${at})` }));
  const colours = new Map(words.map(({ word, colour }) => [word, colour]));
  return { field, of: values.map((value) => colours.get(text(value)) ?? NONE), ends: undefined, words };
}

export function ColourKey({ colours }: { colours: Colours }): JSX.Element | null {
  const { field, ends, words } = colours;
  if (!ends && words.length === 0) return null;
  const stops = [0, 0.25, 0.5, 0.75, 1].map(colourAt).join(", ");
  return (
    <span class="colour-key">
      <span class="muted">{shortName(field)}</span>
      {ends && (
        <>
          <span>{number(ends[0])}</span>
          <span class="colour-bar" style={{ background: `linear-gradient(to right, ${stops})` }} />
          <span>{number(ends[1])}</span>
        </>
      )}
      {words.map(({ word, colour }) => (
        <span key={word} class="colour-word">
          <span class="swatch" style={{ background: colour }} /> {word}
        </span>
      ))}
    </span>
  );
}
