/** What is the same in all runs is told once, in a line; a click makes a column of it. */
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { count, exact, text } from "../format.ts";
import { schema } from "../frame/experiment.ts";
import { shortName } from "../filter/complete.ts";

const SHOWN = 8;

interface Props {
  constant: Record<string, unknown>;
  total: number;
  add: (field: string) => void;
}

export function ConstantLine({ constant, total, add }: Props): JSX.Element | null {
  const [isOpen, setOpen] = useState(false);
  const all = Object.entries(constant);
  if (all.length === 0 || total < 2) return null;
  const shown = isOpen ? all : all.slice(0, SHOWN);
  return (
    <p class={`constant ${isOpen ? "open" : ""}`}>
      <span class="muted">Same in all {count(total)}:</span>
      {shown.map(([field, value]) => (
        <button
          key={field}
          type="button"
          class="fact"
          title={`${field} = ${exact(value)}: make it a column`}
          onClick={() => add(field)}
        >
          <span class="muted">{shortName(field, schema.value)}</span> {value === null ? "null" : text(value)}
        </button>
      ))}
      {all.length > SHOWN && (
        <button type="button" class="fact" aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
          {isOpen ? "fewer" : `+${all.length - SHOWN} more`}
        </button>
      )}
    </p>
  );
}
