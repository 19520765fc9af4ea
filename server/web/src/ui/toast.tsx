/** Short messages at the foot of the page, some with a way back. */
import { signal } from "@preact/signals";
import type { JSX } from "preact";
import { sentence } from "../format.ts";

interface Toast {
  text: string;
  isBad: boolean;
  undo?: () => void;
}

const shown = signal<Toast | undefined>(undefined);
let timer: ReturnType<typeof setTimeout> | undefined;

/** So long it can be undone. */
const STAYS = 10_000;

export function say(text: string, undo?: () => void): void {
  show({ text, isBad: false, ...(undo && { undo }) });
}

export function sayProblem(problem: { message: string; hint?: string | undefined }): void {
  const { message, hint } = problem;
  show({ text: [message, hint ?? ""].filter(Boolean).map(sentence).join(" "), isBad: true });
}

function show(toast: Toast): void {
  clearTimeout(timer);
  shown.value = toast;
  timer = setTimeout(() => (shown.value = undefined), STAYS);
}

export function Toasts(): JSX.Element {
  const toast = shown.value;
  return (
    <div class="toasts" role="status" aria-live="polite">
      {toast && (
        <div class={`toast ${toast.isBad ? "bad" : ""}`}>
          <span>{toast.text}</span>
          {toast.undo && (
            <button
              type="button"
              class="button quiet"
              onClick={() => {
                shown.value = undefined;
                toast.undo?.();
              }}
            >
              Undo
            </button>
          )}
          <button type="button" class="button quiet" aria-label="Close" onClick={() => (shown.value = undefined)}>
            ✕
          </button>
        </div>
      )}
    </div>
  );
}
