/** The head of a column: a click sorts, dragging moves it, its edge makes it wider. */
import type { JSX } from "preact";
import { useRef, useState } from "preact/hooks";
import type { Column } from "./columns.ts";
import type { Key } from "./order.ts";
import { sortBy } from "./order.ts";
import { ColumnMenu } from "./column-menu.tsx";
import { cellId } from "./row.tsx";

export interface HeadActions {
  move: (field: string, before: string | undefined) => void;
  resize: (field: string, width: number | undefined) => void;
  hide: (field: string) => void;
  replace: (field: string, by: string) => void;
  flip: (column: Column) => void;
}

interface Props {
  column: Column;
  index: number;
  columns: readonly Column[];
  order: readonly Key[];
  isActive: boolean;
  actions: HeadActions;
}

const DRAGGED = "text/x-entia-column";

export function Head({ column, index, columns, order, isActive, actions }: Props): JSX.Element {
  const [isTarget, setTarget] = useState(false);
  const place = order.findIndex(({ field }) => field === column.field.field);
  const sorted = order[place];
  const direction = column.field.kind === "metric" ? column.field.direction : undefined;
  const isContinued = column.over !== "" && columns[index - 1]?.over === column.over;
  const classes = [
    column.isNumber && "number",
    sorted && "sorted",
    isContinued && "continued",
    isTarget && "target",
    isActive && "focus",
  ];
  const drop = (event: DragEvent): void => {
    setTarget(false);
    const field = event.dataTransfer?.getData(DRAGGED);
    if (field) actions.move(field, column.field.field);
  };
  return (
    <th
      scope="col"
      role="columnheader"
      id={cellId(-1, index + 2)}
      data-field={column.field.field}
      class={classes.filter(Boolean).join(" ") || undefined}
      aria-colindex={index + 3}
      aria-sort={sorted ? (sorted.descending ? "descending" : "ascending") : "none"}
      draggable
      onDragStart={(event) => event.dataTransfer?.setData(DRAGGED, column.field.field)}
      onDragOver={(event) => {
        if (!event.dataTransfer?.types.includes(DRAGGED)) return;
        event.preventDefault();
        setTarget(true);
      }}
      onDragLeave={() => setTarget(false)}
      onDrop={drop}
    >
      <button
        type="button"
        class="head"
        tabIndex={-1}
        title={`${column.field.field}\nClick to sort, with shift to add to the order, drag to move`}
        onClick={(event) => sortBy(column, event.shiftKey)}
      >
        <span class="over">{isContinued ? <span class="hidden">{column.over}</span> : column.over || " "}</span>
        <span class="head-name">
          <span class="ellipsis">{column.name}</span>
          {direction && (
            <span class="direction" title={direction === "min" ? "lower is better" : "higher is better"}>
              <span aria-hidden="true">{direction === "min" ? "↓" : "↑"}</span>
              <span class="hidden">{direction === "min" ? "lower is better" : "higher is better"}</span>
            </span>
          )}
          {sorted && (
            <span class="sort-sign" aria-hidden="true" title={`sorted, ${sorted.descending ? "largest" : "smallest"} first`}>
              {/* Bars, as an arrow says which values are better. */}
              <svg viewBox="0 0 12 12" width="11" height="11">
                <path d={sorted.descending ? "M1 2h10M1 6h7M1 10h3" : "M1 2h3M1 6h7M1 10h10"} />
              </svg>
              {order.length > 1 && place + 1}
            </span>
          )}
        </span>
      </button>
      <ColumnMenu column={column} index={index} columns={columns} actions={actions} />
      <Edge column={column} actions={actions} />
    </th>
  );
}

/** The right edge of a head: drawn, the column gets wider; a double click fits it to what it holds. */
function Edge({ column, actions }: { column: Column; actions: HeadActions }): JSX.Element {
  const start = useRef<{ x: number; width: number } | undefined>(undefined);
  const { field } = column.field;
  return (
    <span
      class="edge"
      aria-hidden="true"
      onDblClick={() => actions.resize(field, undefined)}
      onPointerDown={(event) => {
        event.preventDefault();
        event.currentTarget.setPointerCapture(event.pointerId);
        const width = event.currentTarget.parentElement?.offsetWidth ?? 0;
        start.current = { x: event.clientX, width };
      }}
      onPointerMove={(event) => {
        if (start.current) actions.resize(field, start.current.width + event.clientX - start.current.x);
      }}
      onPointerUp={() => (start.current = undefined)}
    />
  );
}
