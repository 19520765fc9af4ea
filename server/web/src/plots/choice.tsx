/** One of a few, with its name before it. */
import type { JSX } from "preact";

interface Props<T extends string> {
  label: string;
  title?: string;
  value: T;
  options: readonly { value: T; label: string }[];
  set: (value: T) => void;
}

export function Choice<T extends string>({ label, title, value, options, set }: Props<T>): JSX.Element {
  return (
    <label class="plot-control" title={title}>
      <span>{label}</span>
      <select
        value={value}
        onChange={(event) => {
          const chosen = options[event.currentTarget.selectedIndex];
          if (chosen) set(chosen.value);
        }}
      >
        {options.map((option) => (
          <option key={option.value} value={option.value}>
            {option.label}
          </option>
        ))}
      </select>
    </label>
  );
}
