/** The table as a file: streamed by the server, with all runs that the filter finds or that are selected. */
import type { JSX } from "preact";
import { address, PREFIX } from "../api.ts";
import { Menu } from "../ui/menu.tsx";
import { Sign } from "../ui/sign.tsx";

const FORMATS = [
  ["csv", "CSV"],
  ["json", "JSON"],
  ["tex", "LaTeX table"],
] as const;

interface Props {
  experiment: string;
  query: string;
  columns: readonly string[];
  /** What is written, as `20 runs`. */
  what: string;
}

export function ExportMenu({ experiment, query, columns, what }: Props): JSX.Element {
  const values = { experiment, query };
  const fields = columns.filter((field) => !field.startsWith("spark:")).join(",");
  return (
    <Menu
      label={`Export ${what}`}
      align="right"
      text={
        <>
          <Sign name="export" /> Export
        </>
      }
    >
      {(close) => (
        <>
          <p class="menu-note">{what}</p>
          {FORMATS.map(([ending, text]) => (
            <a
              key={ending}
              href={`${PREFIX}${address(`/export/runs.${ending}`, { ...values, columns: fields })}`}
              download={`${experiment}.${ending}`}
              onClick={close}
            >
              {text}
            </a>
          ))}
          <a href={`${PREFIX}${address("/export/series.csv", values)}`} download={`${experiment}-series.csv`} onClick={close}>
            All points, as CSV
          </a>
        </>
      )}
    </Menu>
  );
}
