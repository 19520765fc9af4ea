/** Names with their values, as arguments and parameters are shown. */
import type { JSX } from "preact";
import { exact, text } from "../format.ts";

interface Props {
  values: Record<string, unknown>;
  /** Names that stand first and are marked. */
  changed?: readonly string[];
  /** Values that nobody has set, in grey behind the others. */
  defaults?: Record<string, unknown>;
}

export function Values({ values, changed = [], defaults = {} }: Props): JSX.Element {
  const marked = new Set(changed);
  const first = Object.entries(values).filter(([name]) => marked.has(name));
  const others = Object.entries(values).filter(([name]) => !marked.has(name));
  const usual = Object.entries(defaults).filter(([name]) => !(name in values));
  return (
    <dl class="values">
      {first.map(([name, value]) => (
        <Value key={name} name={name} value={value} kind="is-changed" note={`default ${text(defaults[name]) || "none"}`} />
      ))}
      {others.map(([name, value]) => (
        <Value key={name} name={name} value={value} kind="" />
      ))}
      {usual.map(([name, value]) => (
        <Value key={name} name={name} value={value} kind="is-default" note="default" />
      ))}
    </dl>
  );
}

interface ValueProps {
  name: string;
  value: unknown;
  kind: string;
  note?: string;
}

function Value({ name, value, kind, note }: ValueProps): JSX.Element {
  const isLong = typeof value === "object" && value !== null && JSON.stringify(value).length > 60;
  return (
    <div class={kind}>
      <dt>{name}</dt>
      <dd title={exact(value)}>
        {isLong ? <pre>{JSON.stringify(value, undefined, 2)}</pre> : <span class="value">{written(value)}</span>}
        {note && <span class="muted note">{note}</span>}
      </dd>
    </div>
  );
}

/** A text in quotes where it would else look like a number, or like nothing. */
function written(value: unknown): string {
  if (value === null) return "null";
  if (typeof value === "string" && (value === "" || !Number.isNaN(Number(value)))) return JSON.stringify(value);
  return text(value);
}
