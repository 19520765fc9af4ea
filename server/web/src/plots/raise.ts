/** Which runs stand out: the one under the pointer, wherever that is, and those that were pinned. */
import { computed, signal } from "@preact/signals";
import { hidden, hovered } from "../state.ts";

/** Runs that stay raised when the pointer leaves them. */
export const pinned = signal<ReadonlySet<string>>(new Set());

/** The runs that are raised now; empty where all are equal. */
export const raised = computed<ReadonlySet<string>>(() =>
  hovered.value === undefined ? pinned.value : new Set([...pinned.value, hovered.value]),
);

const turned = (all: ReadonlySet<string>, run: string): ReadonlySet<string> => {
  const next = new Set(all);
  if (!next.delete(run)) next.add(run);
  return next;
};

export function pin(run: string): void {
  pinned.value = turned(pinned.peek(), run);
}

export function hide(run: string): void {
  hidden.value = turned(hidden.peek(), run);
  if (hovered.peek() === run) hovered.value = undefined;
}

export function showAll(): void {
  hidden.value = new Set();
}
