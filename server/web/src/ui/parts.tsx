/** Small parts that every page uses. */
import type { ComponentChildren, JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import type { Problem } from "../api.ts";
import { duration, sentence } from "../format.ts";
import type { Status } from "../types.ts";
import { useLate } from "../use.ts";

interface ButtonProps {
  children: ComponentChildren;
  onClick?: (event: MouseEvent) => void;
  kind?: "plain" | "primary" | "quiet" | "danger";
  title?: string | undefined;
  /** What a screen reader says, where the button shows a sign. */
  label?: string;
  disabled?: boolean;
  pressed?: boolean;
  type?: "button" | "submit";
}

export function Button(props: ButtonProps): JSX.Element {
  return (
    <button
      type={props.type ?? "button"}
      class={`button ${props.kind ?? "plain"}`}
      title={props.title ?? props.label}
      aria-label={props.label}
      aria-pressed={props.pressed}
      disabled={props.disabled}
      onClick={props.onClick}
    >
      {props.children}
    </button>
  );
}

/** Copies a text, and says so for a moment. */
export function Copy({ text, label = "Copy" }: { text: string; label?: string }): JSX.Element {
  const [isCopied, setCopied] = useState(false);
  useEffect(() => {
    if (!isCopied) return;
    const timer = setTimeout(() => setCopied(false), 1500);
    return () => clearTimeout(timer);
  }, [isCopied]);
  const copy = async (): Promise<void> => {
    await writeClipboard(text);
    setCopied(true);
  };
  return (
    <Button kind="quiet" title={label} onClick={() => void copy()}>
      <span aria-live="polite">{isCopied ? "Copied" : label}</span>
    </Button>
  );
}

/** Pages that are not served over TLS have no clipboard but the old way. */
export async function writeClipboard(text: string): Promise<void> {
  if (navigator.clipboard) return navigator.clipboard.writeText(text);
  const area = document.createElement("textarea");
  area.value = text;
  document.body.append(area);
  area.select();
  document.execCommand("copy");
  area.remove();
}

const SIGNS: Record<Status | "diverged", string> = {
  running: "●",
  finished: "✓",
  failed: "✕",
  lost: "?",
  unknown: "–",
  diverged: "⚠",
};
const DIVERGED = "the last value of a metric is NaN or infinite";

interface StatusProps {
  status: Status;
  reason?: string;
  /** Whether the last value of a metric is no finite number. */
  isDiverged?: boolean;
}

/** The status of a run: a sign and a word, as colour alone tells not everybody. */
export function StatusBadge({ status, reason, isDiverged = false }: StatusProps): JSX.Element {
  if (isDiverged && status !== "failed") {
    return (
      <span class="status failed" title={`${status}; ${DIVERGED}`}>
        <span aria-hidden="true">{SIGNS.diverged}</span> diverged
      </span>
    );
  }
  return (
    <span class={`status ${status}`} title={reason ?? status}>
      <span aria-hidden="true">{SIGNS[status]}</span> {status}
    </span>
  );
}

/** The sign alone, where there is no room for its word. */
export function StatusMark({ status }: { status: Status | "diverged" }): JSX.Element {
  const isDiverged = status === "diverged";
  return (
    <span
      class={`status ${isDiverged ? "failed" : status}`}
      role="img"
      aria-label={status}
      title={isDiverged ? `diverged: ${DIVERGED}` : status}
    >
      <span>{SIGNS[status]}</span>
    </span>
  );
}

/** That a program which is alive has measured nothing for so many seconds, longer than usual. */
export function Stalled({ silent }: { silent: number | undefined }): JSX.Element | null {
  if (silent === undefined) return null;
  return (
    <span class="status lost" title="Nothing was measured for more than three times as long as it usually takes">
      <span aria-hidden="true">?</span> stalled? silent for {duration(silent)}
    </span>
  );
}

/** What went wrong, how to mend it, and a way to try again. */
export function ErrorBox({ problem, again }: { problem: Problem; again?: () => void }): JSX.Element {
  return (
    <div class="error-box" role="alert">
      <p>{sentence(problem.message)}</p>
      {problem.hint && <p class="muted">{sentence(problem.hint)}</p>}
      {again && <Button onClick={again}>Retry</Button>}
    </div>
  );
}

/** A part of a page under its title. */
export function Section({ title, children }: { title: string; children: ComponentChildren }): JSX.Element {
  return (
    <section class="run-section" aria-label={title}>
      <h2>{title}</h2>
      {children}
    </section>
  );
}

/** Grey lines in place of what is awaited, but only when it takes long. */
export function Skeleton({ lines = 6 }: { lines?: number }): JSX.Element {
  const isLate = useLate(true);
  return (
    <div class="skeleton" role="status" aria-label="Loading">
      {isLate && Array.from({ length: lines }, (_, at) => <div key={at} class="skeleton-line" />)}
    </div>
  );
}

/** A short sign of how far something is, with the figures beside it. */
export function Progress({ done, total, label }: { done: number; total: number; label: string }): JSX.Element {
  return (
    <progress class="progress" max={Math.max(total, 1)} value={done} aria-label={label}>
      {label}
    </progress>
  );
}

interface TabsProps {
  label: string;
  tabs: readonly { key: string; text: ComponentChildren }[];
  current: string;
  choose: (key: string) => void;
}

/** Tabs of one page; the arrow keys go from one to the next. */
export function Tabs({ label, tabs, current, choose }: TabsProps): JSX.Element {
  const list = useRef<HTMLDivElement>(null);
  const move = (event: KeyboardEvent): void => {
    const step = event.key === "ArrowRight" ? 1 : event.key === "ArrowLeft" ? -1 : 0;
    if (step === 0) return;
    const at = tabs.findIndex(({ key }) => key === current);
    const next = tabs[(at + step + tabs.length) % tabs.length];
    if (!next) return;
    choose(next.key);
    list.current?.querySelector<HTMLElement>(`[data-key="${CSS.escape(next.key)}"]`)?.focus();
  };
  return (
    <div class="tabs" role="tablist" aria-label={label} ref={list} onKeyDown={move}>
      {tabs.map(({ key, text }) => (
        <button
          key={key}
          type="button"
          role="tab"
          class="tab"
          data-key={key}
          aria-selected={key === current}
          tabIndex={key === current ? 0 : -1}
          onClick={() => choose(key)}
        >
          {text}
        </button>
      ))}
    </div>
  );
}
