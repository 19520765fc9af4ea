/** The table on a phone: a card for each run, with what tells it apart. */
import type { JSX } from "preact";
import { useMemo, useState } from "preact/hooks";
import { plural } from "../format.ts";
import { pages } from "../routes.ts";
import { colourOf, isSelected, stylesOf, toggle, type Style } from "../state.ts";
import type { Status } from "../types.ts";
import { Button, StatusBadge } from "../ui/parts.tsx";
import type { Column } from "./columns.ts";
import { isDiverged, nameOf, type Line } from "./lines.ts";
import type { TableModel } from "./model.ts";
import { orderOf, sortTo } from "./order.ts";
import { bound } from "../router.ts";
import { Spark } from "../ui/spark.tsx";
import { cellExact, cellText } from "./text.ts";

const PAGE = 40;
const sort = bound("sort");

interface Props {
  model: TableModel;
  columns: readonly Column[];
  drawn: readonly string[];
  open: (line: Line) => void;
}

export function Cards({ model, columns, drawn, open }: Props): JSX.Element {
  const [most, setMost] = useState(PAGE);
  const count = model.lineCount.value;
  const lines = model.lines(0, Math.min(most, count));
  const styles = useMemo(() => stylesOf(drawn), [drawn.join()]);
  const more = (): void => {
    setMost(most + PAGE);
    void model.reach(0, most + PAGE);
  };
  return (
    <div class="cards">
      <SortBy columns={columns} order={model.table.value?.order ?? []} />
      {lines.map((line) => (
        <Card key={line.key} line={line} columns={columns} style={styles.get(line.uuids[0] ?? "")} open={open} />
      ))}
      {count > lines.length && <Button onClick={more}>Show more of {plural(count, "run")}</Button>}
    </div>
  );
}

function SortBy({ columns, order }: { columns: readonly Column[]; order: { field: string; descending: boolean }[] }): JSX.Element {
  const [first] = sort.value ? orderOf(sort.value) : order;
  const sortable = columns.filter(({ field }) => field.kind !== "spark");
  return (
    <div class="cards-sort">
      <label>
        Sort by{" "}
        <select
          value={first?.field}
          onChange={(event) => {
            const column = sortable.find(({ field }) => field.field === event.currentTarget.value);
            if (column) sortTo(column.field.field, column.field.direction === "max" || column.field.kind === "time");
          }}
        >
          {sortable.map(({ field, over, name }) => (
            <option key={field.field} value={field.field}>
              {over ? `${over} ${name}` : name}
            </option>
          ))}
        </select>
      </label>
      {first && (
        <Button label={first.descending ? "Sort upwards" : "Sort downwards"} onClick={() => sortTo(first.field, !first.descending)}>
          {first.descending ? "▼" : "▲"}
        </Button>
      )}
    </div>
  );
}

interface CardProps {
  line: Line;
  columns: readonly Column[];
  style: Style | undefined;
  open: (line: Line) => void;
}

function Card({ line, columns, style, open }: CardProps): JSX.Element {
  const metrics = columns.filter(({ field }) => field.kind === "metric").slice(0, 3);
  const facts = columns.filter(({ field }) => ["argument", "param", "tag"].includes(field.kind));
  const spark = columns.find(({ field }) => field.kind === "spark");
  const status = line.value("status");
  const uuid = line.uuids[0] ?? "";
  const isChosen = line.uuids.every(isSelected);
  return (
    <article class={`run-card ${line.depth === 1 ? "inside" : ""} ${isChosen ? "chosen" : ""}`} aria-label={nameOf(line).slice(0, 80)}>
      <header>
        <input
          type="checkbox"
          checked={isChosen}
          aria-label={`Select ${nameOf(line).slice(0, 80)}`}
          onClick={() => line.uuids.forEach(toggle)}
        />
        <span class={`dot ${style ? "" : "grey"}`} style={style && { background: colourOf(style) }} />
        {line.isGroup ? (
          <button type="button" class="group-open" aria-expanded={line.isOpen} onClick={() => open(line)}>
            <span aria-hidden="true">{line.isOpen ? "▾" : "▸"}</span>
            <span class="ellipsis">{nameOf(line)}</span>
            <span class="count">×{line.uuids.length}</span>
          </button>
        ) : (
          <a href={pages.run(uuid)} class="ellipsis" dir="auto">
            {nameOf(line)}
          </a>
        )}
        {typeof status === "string" && <StatusBadge status={status as Status} isDiverged={isDiverged(line, columns)} />}
      </header>
      <div class="run-card-metrics">
        {metrics.map((column) => (
          <div key={column.field.field} title={cellExact(column, line)}>
            <span class="muted">
              {column.over} {column.name}
            </span>
            <Value text={cellText(column, line)} />
          </div>
        ))}
        {spark && (
          <Spark
            values={line.value(spark.field.field)}
            colour={style ? colourOf(style) : "var(--text-3)"}
            label={`${spark.over} of ${nameOf(line)}`}
          />
        )}
      </div>
      <p class="run-card-facts">
        {facts.map((column) => {
          const text = cellText(column, line);
          return (
            text !== "" && (
              <span key={column.field.field}>
                <span class="muted">{column.name === "name" ? column.over : column.name}</span> {text}
              </span>
            )
          );
        })}
      </p>
    </article>
  );
}

/** What stands behind a value stands below it here. */
function Value({ text }: { text: string }): JSX.Element {
  const [value, behind] = text.split(/ (?=@|± )/);
  return (
    <>
      <strong>{value || "–"}</strong>
      <small>{behind}</small>
    </>
  );
}
