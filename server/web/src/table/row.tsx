/** A line of the table. */
import { useComputed } from "@preact/signals";
import type { JSX } from "preact";
import { duration } from "../format.ts";
import { pages } from "../routes.ts";
import { colourOf, hovered, isSelected, type Style } from "../state.ts";
import type { Status } from "../types.ts";
import { StatusBadge, StatusMark } from "../ui/parts.tsx";
import { cellNumber } from "./best.ts";
import type { Column } from "./columns.ts";
import { isDiverged, markOf, nameOf, type Line } from "./lines.ts";
import { Spark } from "../ui/spark.tsx";
import { cellExact, cellText } from "./text.ts";

export interface RowProps {
  at: number;
  line: Line;
  columns: readonly Column[];
  /** Columns from here to there are drawn. */
  from: number;
  to: number;
  best: ReadonlyMap<string, number>;
  style: Style | undefined;
  /** The column of the cell that keys move, where it is in this line. */
  active: number | undefined;
  choose: (line: Line, isRange: boolean) => void;
  open: (line: Line) => void;
}

/** Reads signals alone beside what it is given, so that it is drawn again only when one of these is another. */
export function Row(props: RowProps): JSX.Element {
  const { at, line, columns, from, to, active } = props;
  const isChosen = useComputed(() => line.uuids.every(isSelected)).value;
  const isAnyChosen = useComputed(() => line.uuids.some(isSelected)).value;
  const isHovered = useComputed(() => hovered.value !== undefined && line.uuids.includes(hovered.value)).value;
  const classes = [
    line.isGroup && "group-row",
    line.depth === 1 && "inside",
    isChosen && "chosen",
    isHovered && "hovered",
    active !== undefined && "active",
  ];
  return (
    <tr
      class={classes.filter(Boolean).join(" ")}
      aria-rowindex={at + 2}
      aria-selected={isChosen}
      onPointerEnter={() => (hovered.value = line.uuids[0])}
      onPointerLeave={() => (hovered.value = undefined)}
    >
      <td class="pick" id={cellId(at, 0)} role="gridcell" aria-colindex={1}>
        <input
          type="checkbox"
          tabIndex={-1}
          checked={isChosen}
          indeterminate={isAnyChosen && !isChosen}
          aria-label={`Select ${nameOf(line).slice(0, 80)}`}
          onClick={(event) => props.choose(line, event.shiftKey)}
        />
        <span class={`dot ${props.style ? "" : "grey"}`} style={props.style && { background: colourOf(props.style) }} />
      </td>
      <NameCell {...props} />
      {from > 0 && <td colSpan={from} role="presentation" />}
      {columns.slice(from, to).map((column, offset) => (
        <Cell key={column.field.field} {...props} column={column} index={from + offset} />
      ))}
      {to < columns.length && <td colSpan={columns.length - to} role="presentation" />}
    </tr>
  );
}

export const cellId = (row: number, column: number): string => `cell-${row}-${column}`;

function NameCell({ at, line, columns, active, open }: RowProps): JSX.Element {
  const name = nameOf(line);
  const uuid = line.uuids[0] ?? "";
  const mark = markOf(line, columns);
  return (
    <th
      scope="row"
      class={`name ${active === 1 ? "focus" : ""}`}
      id={cellId(at, 1)}
      role="rowheader"
      aria-colindex={2}
      aria-expanded={line.isGroup ? line.isOpen : undefined}
      title={name}
    >
      {mark && <StatusMark status={mark} />}
      {line.isGroup ? (
        <button type="button" class="group-open" tabIndex={-1} onClick={() => open(line)}>
          <span class="group-sign" aria-hidden="true">
            {line.isOpen ? "▾" : "▸"}
          </span>
          <span class="ellipsis">{name}</span>
          <span class="count">×{line.uuids.length}</span>
        </button>
      ) : (
        <a href={pages.run(uuid)} tabIndex={-1} class="ellipsis" dir="auto">
          {name}
        </a>
      )}
    </th>
  );
}

interface CellProps extends RowProps {
  column: Column;
  index: number;
}

function Cell({ at, line, columns, column, index, best, style, active }: CellProps): JSX.Element {
  const { kind, field } = column.field;
  const value = line.value(field);
  const isBest = best.get(field) !== undefined && best.get(field) === cellNumber(value);
  const isHash = field.startsWith("hash.") && typeof value === "string";
  const isOdd = column.isNumber && !Number.isFinite(cellNumber(value) ?? 0);
  const classes = [column.isNumber && "number", isBest && "best", isOdd && "odd", active === index + 2 && "focus"];
  return (
    <td
      class={classes.filter(Boolean).join(" ") || undefined}
      id={cellId(at, index + 2)}
      role="gridcell"
      aria-colindex={index + 3}
      title={cellExact(column, line) || undefined}
    >
      {kind === "spark" ? (
        <Spark values={value} colour={style ? colourOf(style) : "var(--text-3)"} label={`${column.over} of ${nameOf(line)}`} />
      ) : kind === "status" && typeof value === "string" ? (
        <StatusBadge status={value as Status} isDiverged={isDiverged(line, columns)} />
      ) : isHash ? (
        <a class="hash" tabIndex={-1} href={pages.component(value)} style={{ "--tint": tint(value) }}>
          {value.slice(0, 7)}
        </a>
      ) : kind === "duration" && typeof value === "number" ? (
        duration(value)
      ) : (
        <Text text={cellText(column, line)} behind={column.behind} />
      )}
    </td>
  );
}

/** What stands behind a value, as `@41` or `± 0.01`, is quieter, and has its place also where it is not. */
function Text({ text, behind }: { text: string; behind: number }): JSX.Element {
  const at = text.search(/ (@|± )/);
  if (behind === 0 || text === "") return <>{text}</>;
  return (
    <>
      {at < 0 ? text : text.slice(0, at)}
      <small style={{ width: `${behind}ch` }}>{at < 0 ? "" : text.slice(at + 1)}</small>
    </>
  );
}

/** The same hash has the same hue. */
const tint = (hash: string): string => String((parseInt(hash.slice(0, 6), 16) * 47) % 360);
