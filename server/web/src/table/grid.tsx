/** The table itself: only what can be seen of it is in the page, however long it is. */
import { useSignal, useSignalEffect } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect, useLayoutEffect, useMemo, useRef } from "preact/hooks";
import { isSelected, MOST_SELECTED, select, selected, stylesOf, toggle } from "../state.ts";
import { bestOf } from "./best.ts";
import type { Column } from "./columns.ts";
import { useGridKeys } from "./grid-keys.ts";
import { Head, type HeadActions } from "./head.tsx";
import type { Line } from "./lines.ts";
import type { TableModel } from "./model.ts";
import type { Key } from "./order.ts";
import { cellId, Row } from "./row.tsx";
import { drawn as drawnWidths, nameWidth, widthOf, widthsIn } from "./widths.ts";

const ROW = 30;
const HEAD = 44;
const PICK = 52;
/** Lines beyond the edge, so that none is missing while it is scrolled. */
const BEYOND = 5;

interface Props {
  model: TableModel;
  experiment: string;
  columns: readonly Column[];
  order: readonly Key[];
  /** Runs whose lines are drawn in colour above the table. */
  drawn: readonly string[];
  actions: HeadActions;
  open: (line: Line) => void;
  /** Told how far the table is scrolled down. */
  scrolled: (top: number) => void;
}

export function Grid(props: Props): JSX.Element {
  const { model, experiment, columns, order, drawn, actions } = props;
  const box = useRef<HTMLDivElement>(null);
  const view = useSignal({ top: 0, left: 0, height: 600, width: 1200 });
  const anchor = useRef<number | undefined>(undefined);

  const measure = (): void => {
    const { current } = box;
    if (!current) return;
    const next = {
      top: current.scrollTop,
      left: current.scrollLeft,
      height: current.clientHeight,
      width: current.clientWidth,
    };
    const before = view.peek();
    if (Object.entries(next).some(([key, value]) => before[key as keyof typeof next] !== value)) view.value = next;
    props.scrolled(next.top);
  };
  useLayoutEffect(() => {
    measure();
    const observer = new ResizeObserver(measure);
    if (box.current) observer.observe(box.current);
    return () => observer.disconnect();
  }, []);

  const count = model.lineCount.value;
  const { top, left, height, width } = view.value;
  const from = Math.max(0, Math.floor(top / ROW) - BEYOND);
  const to = Math.min(count, Math.ceil((top + height - HEAD) / ROW) + BEYOND);
  useSignalEffect(() => {
    // What is looked at may be unread also because the table is another now.
    void model.table.value;
    const { top, height } = view.value;
    void model.reach(Math.floor(top / ROW) - BEYOND, Math.ceil((top + height) / ROW) + BEYOND);
  });

  const table = model.table.value;
  const groups = model.groups.value;
  // Measured when what is shown changes, not while it is scrolled.
  const wanted = useMemo(() => {
    const lines = sample(model);
    const named = nameWidth(lines, columns, groups !== undefined);
    return [named, ...columns.map((column) => widthOf(experiment, column, lines))];
  }, [columns, table, groups, experiment, drawnWidths.value]);
  const [name = 0, ...widths] = widthsIn(width - PICK, wanted);
  const [first, last] = visible(widths, left, width - PICK - name);
  const best = useMemo(
    () => (model.hasAll.value ? bestOf(columns, (field) => model.cells(field)) : NO_BEST),
    [columns, table, groups],
  );
  const styles = useMemo(() => stylesOf(drawn), [drawn.join()]);

  const choose = (line: Line, isRange: boolean): void => {
    const at = lineIndex(model, line, from, to);
    if (isRange && anchor.current !== undefined && at !== undefined) {
      const [low, high] = [Math.min(anchor.current, at), Math.max(anchor.current, at)];
      select([...selected.peek(), ...model.lines(low, high + 1).flatMap(({ uuids }) => uuids)]);
    } else if (line.uuids.length > 1) {
      const isAll = line.uuids.every((uuid) => selected.peek().includes(uuid));
      const others = selected.peek().filter((uuid) => !line.uuids.includes(uuid));
      select(isAll ? others : [...others, ...line.uuids]);
    } else toggle(line.uuids[0] ?? "");
    anchor.current = at;
  };
  const held = useRef({ choose, open: props.open });
  held.current = { choose, open: props.open };
  // The same functions for every drawing: rows are drawn again only when what they show changes.
  const acts = useMemo(
    () => ({
      choose: (line: Line, isRange: boolean) => held.current.choose(line, isRange),
      open: (line: Line) => held.current.open(line),
    }),
    [],
  );

  const show = (row: number): void => {
    const { current } = box;
    if (!current || row < 0) return;
    const [above, below] = [row * ROW, (row + 1) * ROW + HEAD - current.clientHeight];
    if (current.scrollTop > above) current.scrollTop = above;
    else if (current.scrollTop < below) current.scrollTop = below;
  };
  const { active, keyDown } = useGridKeys({ model, columns, show, choose, open: props.open });
  useEffect(measure, [count]);

  const isAll = selected.value.length > 0 && model.read.value.slice(0, MOST_SELECTED).every(isSelected);
  return (
    <div class="grid-box" ref={box} onScroll={measure}>
      <table
        class="grid"
        role="grid"
        aria-label={`Runs of ${experiment}`}
        aria-rowcount={count + 1}
        aria-colcount={columns.length + 2}
        aria-multiselectable="true"
        aria-activedescendant={active ? cellId(active.row, active.column) : undefined}
        tabIndex={0}
        style={{ width: `${PICK + name + widths.reduce((sum, one) => sum + one, 0)}px` }}
        onKeyDown={keyDown}
      >
        <colgroup>
          <col style={{ width: `${PICK}px` }} />
          <col style={{ width: `${name}px` }} />
          {widths.map((one, at) => (
            <col key={columns[at]?.field.field} style={{ width: `${one}px` }} />
          ))}
        </colgroup>
        <thead>
          <tr aria-rowindex={1}>
            <th scope="col" role="columnheader" class="pick" id={cellId(-1, 0)} aria-colindex={1}>
              <input
                type="checkbox"
                tabIndex={-1}
                checked={isAll}
                aria-label="Select all that were read"
                onClick={() => select(isAll ? [] : model.read.peek())}
              />
            </th>
            <th scope="col" role="columnheader" class="name" id={cellId(-1, 1)} aria-colindex={2}>
              <span class="head-name">{groups ? "run or group" : "run"}</span>
            </th>
            {first > 0 && <td colSpan={first} role="presentation" />}
            {columns.slice(first, last).map((column, offset) => (
              <Head
                key={column.field.field}
                column={column}
                index={first + offset}
                columns={columns}
                order={order}
                isActive={active?.row === -1 && active.column === first + offset + 2}
                actions={actions}
              />
            ))}
            {last < columns.length && <td colSpan={columns.length - last} role="presentation" />}
          </tr>
        </thead>
        <tbody>
          {from > 0 && <Space rows={from} columns={columns.length + 2} />}
          {Array.from({ length: Math.max(0, to - from) }, (_, offset) => {
            const at = from + offset;
            const line = model.line(at);
            if (!line) return <Awaited key={`awaited ${at}`} at={at} columns={columns.length + 2} />;
            return (
              <Row
                // Where the table has changed between two pages, both may have the same run.
                key={`${at} ${line.key}`}
                at={at}
                line={line}
                columns={columns}
                from={first}
                to={last}
                best={best}
                style={styles.get(line.uuids[0] ?? "")}
                active={active?.row === at ? active.column : undefined}
                choose={acts.choose}
                open={acts.open}
              />
            );
          })}
          {to < count && <Space rows={count - to} columns={columns.length + 2} />}
        </tbody>
      </table>
    </div>
  );
}

const NO_BEST: ReadonlyMap<string, number> = new Map();
const SAMPLED = 200;

/** Widths follow the lines that came first, so that they stay while it is scrolled. */
const sample = (model: TableModel): Line[] => model.lines(0, Math.min(SAMPLED, model.lineCount.peek()));

function lineIndex(model: TableModel, line: Line, from: number, to: number): number | undefined {
  for (let at = from; at < to; at++) if (model.line(at) === line) return at;
  return undefined;
}

/** The columns that can be seen, and one more on each side. */
function visible(widths: readonly number[], left: number, width: number): [number, number] {
  let [first, edge] = [0, 0];
  while (first < widths.length && edge + (widths[first] ?? 0) < left) edge += widths[first++] ?? 0;
  let last = first;
  while (last < widths.length && edge < left + width) edge += widths[last++] ?? 0;
  return [Math.max(0, first - 1), Math.min(widths.length, last + 1)];
}

function Space({ rows, columns }: { rows: number; columns: number }): JSX.Element {
  return (
    <tr role="presentation" aria-hidden="true">
      <td colSpan={columns} role="presentation" style={{ height: `${rows * ROW}px`, padding: 0, border: 0 }} />
    </tr>
  );
}

function Awaited({ at, columns }: { at: number; columns: number }): JSX.Element {
  return (
    <tr aria-rowindex={at + 2} aria-busy="true">
      <td colSpan={columns} role="gridcell" class="awaited">
        <span class="hidden">Loading</span>
      </td>
    </tr>
  );
}
