/** What the table and the plots share: which runs are chosen, hovered, hidden, and their colours. */
import { computed, signal } from "@preact/signals";
import { bound } from "./router.ts";

/** The run under the pointer, wherever that is: its uuid. */
export const hovered = signal<string | undefined>(undefined);

/** Runs whose lines are hidden in the plots, by their uuids. */
export const hidden = signal<ReadonlySet<string>>(new Set());

const chosen = bound("sel");

/** The uuids of the runs that are chosen, in the order in which they were; part of the address. */
export const selected = computed(() => chosen.value.split(",").filter(Boolean));
const selectedSet = computed(() => new Set(selected.value));

export const isSelected = (uuid: string): boolean => selectedSet.value.has(uuid);

/** So many are compared and drawn at once, and more would not fit into an address. */
export const MOST_SELECTED = 500;

export function select(uuids: readonly string[]): void {
  chosen.set([...new Set(uuids)].slice(0, MOST_SELECTED).join(","), "replace");
}

export function toggle(uuid: string): void {
  const others = selected.peek().filter((other) => other !== uuid);
  select(others.length === selected.peek().length ? [...others, uuid] : others);
}

/** How a run is drawn: one of ten colours, which are told apart by the colour-blind, and a dash. */
export interface Style {
  /** 0 to 9: `var(--c0)` to `var(--c9)`. */
  colour: number;
  /** 0 is a whole line, 1 long dashes, 2 short ones. */
  dash: number;
}

const COLOURS = 10;
const DASHES = 3;
export const DASH_PATTERNS: readonly (readonly number[])[] = [[], [8, 4], [3, 3]];

/** As a colour of CSS. */
export const colourOf = (style: Style): string => `var(--c${style.colour})`;

/** FNV-1a: the same on every page and in every browser. */
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (let at = 0; at < text.length; at++) {
    value = Math.imul(value ^ text.charCodeAt(at), 0x01000193);
  }
  // The last bits of similar texts differ least: they are mixed.
  value = Math.imul(value ^ (value >>> 15), 0x2c1b3c6d);
  return (value ^ (value >>> 13)) >>> 0;
}

/**
 * The style of each key (the uuid of a run, or the hash of a component). It follows from the key
 * alone, so that it is the same on all pages, unless another of these keys has it already: then the
 * next free one is taken, first another colour, then another dash.
 */
export function stylesOf(keys: readonly string[]): Map<string, Style> {
  const styles = new Map<string, Style>();
  const taken = new Set<number>();
  for (const key of keys) {
    if (styles.has(key)) continue;
    let slot = hash(key) % COLOURS;
    for (let tries = 1; taken.has(slot) && tries < COLOURS * DASHES; tries++) {
      const colour = (slot + 1) % COLOURS;
      const dash = Math.floor(slot / COLOURS) + (tries % COLOURS === 0 ? 1 : 0);
      slot = colour + (dash % DASHES) * COLOURS;
    }
    taken.add(slot);
    styles.set(key, { colour: slot % COLOURS, dash: Math.floor(slot / COLOURS) });
  }
  return styles;
}
