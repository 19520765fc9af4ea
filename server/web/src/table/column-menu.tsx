/** All that can be done with a column, also without a mouse. */
import type { JSX } from "preact";
import { Menu } from "../ui/menu.tsx";
import { Sign } from "../ui/sign.tsx";
import { statistic, withStatistic, type Column } from "./columns.ts";
import type { HeadActions } from "./head.tsx";
import { sortTo } from "./order.ts";

const STATISTICS = [
  ["last", "Last value"],
  ["best", "Best value"],
  ["min", "Least"],
  ["max", "Greatest"],
  ["best_epoch", "Epoch of the best"],
  ["mean(10)", "Mean of the last 10"],
] as const;

interface Props {
  column: Column;
  index: number;
  columns: readonly Column[];
  actions: HeadActions;
}

export function ColumnMenu({ column, index, columns, actions }: Props): JSX.Element {
  const { field, kind, direction } = column.field;
  const next = columns[index + 2]?.field.field;
  const before = columns[index - 1]?.field.field;
  const items = (close: () => void): JSX.Element[] => {
    const item = (text: string, act: () => void, isCurrent = false): JSX.Element => (
      <button
        key={text}
        type="button"
        aria-current={isCurrent || undefined}
        onClick={() => {
          close();
          act();
        }}
      >
        {text}
      </button>
    );
    const all = [
      item("Sort upwards", () => sortTo(field, false)),
      item("Sort downwards", () => sortTo(field, true)),
    ];
    if (kind === "metric") {
      all.push(<hr key="statistics" />);
      for (const [part, text] of STATISTICS) {
        const isCurrent = statistic(field) === part;
        all.push(item(text, () => actions.replace(field, withStatistic(field, part)), isCurrent));
      }
      const other = direction === "min" ? "Higher is better" : "Lower is better";
      all.push(<hr key="direction" />, item(other, () => actions.flip(column)));
    }
    all.push(<hr key="place" />);
    if (before) all.push(item("Move left", () => actions.move(field, before)));
    if (index + 1 < columns.length) all.push(item("Move right", () => actions.move(field, next)));
    all.push(item("Hide", () => actions.hide(field)));
    return all;
  };
  return (
    <div class="column-menu" onClick={(event) => event.stopPropagation()}>
      <Menu label={`Column ${column.over} ${column.name}`} text={<Sign name="down" />} align="right">
        {items}
      </Menu>
    </div>
  );
}
