/** Long values beside the one they are compared to: only what differs is marked. */
import type { JSX } from "preact";
import { exact } from "../format.ts";

/** Shorter texts are read faster as they are. */
const LONG = 24;
/** Longer ones take longer to compare than anybody would look at them. */
const MOST_WORDS = 600;

/** Whether two values are to be compared word by word. */
export function isWordy(value: unknown, base: unknown): boolean {
  const isLong = (one: unknown): boolean => (Array.isArray(one) && one.length > 2) || (typeof one === "string" && one.length > LONG);
  return isLong(value) && isLong(base) && Math.max(words(value).length, words(base).length) <= MOST_WORDS;
}

const words = (value: unknown): string[] => exact(value).match(/[\p{L}\p{N}_.+-]+|\s+|[^\p{L}\p{N}\s]/gu) ?? [];

export function WordDiff({ value, base }: { value: unknown; base: unknown }): JSX.Element {
  return (
    <span class="words">
      {parts(words(base), words(value)).map(({ kind, text }, at) =>
        kind === "same" ? text : kind === "gone" ? <del key={at}>{text}</del> : <ins key={at}>{text}</ins>,
      )}
    </span>
  );
}

interface Part {
  kind: "same" | "gone" | "new";
  text: string;
}

/** The longest common sequence of words stays; what is around it is gone or new. */
function parts(before: readonly string[], after: readonly string[]): Part[] {
  const width = after.length + 1;
  const lengths = new Uint16Array((before.length + 1) * width);
  for (let i = before.length - 1; i >= 0; i--) {
    for (let j = after.length - 1; j >= 0; j--) {
      const [right, below] = [lengths[i * width + j + 1] ?? 0, lengths[(i + 1) * width + j] ?? 0];
      const isSame = before[i] === after[j];
      lengths[i * width + j] = isSame ? (lengths[(i + 1) * width + j + 1] ?? 0) + 1 : Math.max(right, below);
    }
  }
  const found: Part[] = [];
  const add = (kind: Part["kind"], text: string): void => {
    const last = found.at(-1);
    if (last?.kind === kind) last.text += text;
    else found.push({ kind, text });
  };
  let [i, j] = [0, 0];
  while (i < before.length || j < after.length) {
    const [a, b] = [before[i], after[j]];
    if (a !== undefined && a === b) {
      add("same", a);
      i++;
      j++;
    } else if (b !== undefined && (a === undefined || (lengths[i * width + j + 1] ?? 0) > (lengths[(i + 1) * width + j] ?? 0))) {
      add("new", b);
      j++;
    } else {
      add("gone", a ?? "");
      i++;
    }
  }
  return found;
}
