/** Moving through the table with keys: cells with the arrows, lines with `j` and `k`. */
import { useRef, useState } from "preact/hooks";
import { useKeys } from "../keys.ts";
import { go } from "../router.ts";
import { pages } from "../routes.ts";
import { writeClipboard } from "../ui/parts.tsx";
import { say } from "../ui/toast.tsx";
import type { Column } from "./columns.ts";
import type { Line } from "./lines.ts";
import type { TableModel } from "./model.ts";
import { sortBy } from "./order.ts";
import { cellExact } from "./text.ts";

/** -1 is the line of the heads; 0 is the column of the boxes, 1 that of the names. */
export interface Place {
  row: number;
  column: number;
}

interface Grid {
  model: TableModel;
  columns: readonly Column[];
  show: (row: number) => void;
  choose: (line: Line, isRange: boolean) => void;
  open: (line: Line) => void;
}

const PAGE = 15;

export function useGridKeys(grid: Grid): {
  active: Place | undefined;
  keyDown: (event: KeyboardEvent) => void;
} {
  const [active, setActive] = useState<Place>();
  const now = useRef(active);
  now.current = active;
  const { model, columns } = grid;

  const to = (row: number, column: number): void => {
    const next = {
      row: Math.max(-1, Math.min(row, model.lineCount.peek() - 1)),
      column: Math.max(0, Math.min(column, columns.length + 1)),
    };
    // Known at once: keys may come faster than the page is drawn.
    now.current = next;
    setActive(next);
    grid.show(next.row);
  };
  const by = (rows: number, cells: number): void => {
    const from = now.current ?? { row: -1, column: 1 };
    to(from.row + rows, from.column + cells);
  };
  const line = (): Line | undefined => (now.current ? model.line(now.current.row) : undefined);
  const withLine = (act: (line: Line) => void) => (): void => {
    const found = line();
    if (found) act(found);
  };
  const choose = withLine((found) => grid.choose(found, false));
  const enter = (): void => {
    const place = now.current;
    const column = place && columns[place.column - 2];
    if (place?.row === -1) return column && sortBy(column, false);
    withLine((found) => {
      const value = column && found.value(column.field.field);
      if (column?.field.field.startsWith("hash.") && typeof value === "string") go(pages.component(value));
      else if (found.isGroup) grid.open(found);
      else go(pages.run(found.uuids[0] ?? ""));
    })();
  };
  const copy = withLine((found) => {
    const id = found.value("hash.model") ?? found.value("id");
    const text = typeof id === "string" ? id : (found.uuids[0] ?? "");
    void writeClipboard(text).then(() => say(`Copied ${text}`));
  });
  useKeys({
    j: ["Next run", () => by(1, 0)],
    k: ["Run before", () => by(-1, 0)],
    x: ["Select the run", choose],
    Enter: ["Open the run, or the group", enter],
    y: ["Copy the hash of the run", copy],
  });

  const moves: Record<string, () => void> = {
    ArrowDown: () => by(1, 0),
    ArrowUp: () => by(-1, 0),
    ArrowRight: () => by(0, 1),
    ArrowLeft: () => by(0, -1),
    PageDown: () => by(PAGE, 0),
    PageUp: () => by(-PAGE, 0),
    Home: () => to(now.current?.row ?? 0, 0),
    End: () => to(now.current?.row ?? 0, columns.length + 1),
    " ": choose,
    Enter: enter,
  };
  const keyDown = (event: KeyboardEvent): void => {
    // A menu or a button inside has keys of its own.
    if (event.target instanceof Element && event.target.closest(".column-menu, input")) return;
    if (event.ctrlKey && event.key === "c" && String(getSelection()) === "") {
      const [found, column] = [line(), columns[(now.current?.column ?? 0) - 2]];
      if (found && column) void writeClipboard(cellExact(column, found));
      return;
    }
    const move = moves[event.key];
    if (!move || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    move();
  };
  return { active, keyDown };
}
