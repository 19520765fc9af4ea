/** The table of an experiment: which run is best, and why, without a click. */
import type { ComponentType, JSX } from "preact";
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
import { send } from "../api.ts";
import { accepted } from "../filter/state.ts";
import { count } from "../format.ts";
import { experiments, readExperiments, readSchema, schema } from "../frame/experiment.ts";
import { Missing } from "../frame/missing.tsx";
import { bound } from "../router.ts";
import type { PlotRun } from "../plots/run.ts";
import type { PageProps } from "../routes.ts";
import { selected } from "../state.ts";
import { Button, ErrorBox, Skeleton } from "../ui/parts.tsx";
import { sayProblem } from "../ui/toast.tsx";
import { useNarrow } from "../ui/narrow.ts";
import { asProblem, useTitle } from "../use.ts";
import { Cards } from "./cards.tsx";
import { columnsOf, type Column } from "./columns.ts";
import { ConstantLine } from "./constant.tsx";
import { ExperimentMenu } from "./experiment-menu.tsx";
import { FirstRun } from "../frame/first-run.tsx";
import { EmptyFilter } from "./empty.tsx";
import { Grid } from "./grid.tsx";
import type { HeadActions } from "./head.tsx";
import { nameOf, type Line } from "./lines.ts";
import { follow } from "./live.ts";
import { TableModel } from "./model.ts";
import { orderBy, orderOf } from "./order.ts";
import { SelectionBar } from "./selection-bar.tsx";
import { cellText } from "./text.ts";
import { Toolbar } from "./toolbar.tsx";
import { setWidth } from "./widths.ts";

const cols = bound("cols");
const sort = bound("sort");
const group = bound("group");
/** So many runs are drawn above the table where none is selected. */
const DRAWN = 10;

/** With these the first column is made; they are always read. */
const ALWAYS = "id,name";

export default function TablePage({ name: experiment }: PageProps): JSX.Element {
  const model = useMemo(() => new TableModel(), [experiment]);
  const top = useRef(0);
  // A run shows how it stands also where there is no column of it.
  const hasStatus = cols.value === "" || /(^|,)status(,|$)/.test(cols.value);
  const isNarrow = useNarrow();
  useTitle(experiment);
  const filter = accepted.value;
  const query = filter === undefined ? undefined : filter + orderBy(orderOf(sort.value));
  // Asked for before what is shown meanwhile is painted.
  useLayoutEffect(() => {
    if (query === undefined) return;
    const columns = cols.value && `${ALWAYS},${hasStatus ? "" : "status,"}${cols.value}`;
    void model.load({ experiment, query, columns, group: group.value });
  }, [model, query, cols.value, group.value]);
  useEffect(() => {
    const end = follow(model, experiment, () => sort.peek(), () => top.current === 0);
    return () => {
      end();
      model.close();
    };
  }, [model]);

  useEffect(() => void readSchema(), [experiment]);
  const isRead = model.table.value !== undefined;
  // How many runs there are without a filter, and what makes a repeat: the table does not wait for it.
  useEffect(() => {
    if (isRead && !experiments.peek()) void readExperiments();
  }, [isRead]);

  const [table, groups, problem] = [model.table.value, model.groups.value, model.problem.value];
  const read = model.fields.value;
  const fields = useMemo(() => (hasStatus ? read : read.filter(({ field }) => field !== "status")), [read, hasStatus]);
  const columns = useMemo(() => columnsOf(fields, (field) => model.cells(field)), [table, groups, fields]);
  const shown = fields.map(({ field }) => field).filter((field) => field !== "id" && field !== "name");
  const metrics = [...new Set(fields.flatMap(({ metric }) => metric ?? []))];
  const actions = useActions(experiment, shown, model);
  const runs = drawnRuns(model, columns);
  const drawn = runs.slice(0, DRAWN).map(({ uuid }) => uuid);

  if (problem?.status === 404) return <Missing problem={problem} what="experiment" id={experiment} />;
  if (!table) return problem ? <ErrorBox problem={problem} again={() => void model.reload()} /> : <Skeleton lines={12} />;
  const isEmpty = model.total.value === 0;
  if (isEmpty && filter === "") {
    return (
      <div class="page">
        <div class="toolbar">
          <h1>{experiment}</h1>
          <ExperimentMenu name={experiment} />
        </div>
        <FirstRun experiment={experiment} />
      </div>
    );
  }
  return (
    <div class={`table-page ${model.isLoading.value ? "loading" : ""}`}>
      <Toolbar
        experiment={experiment}
        model={model}
        shown={shown}
        query={query ?? ""}
        setColumns={(next) => cols.set(next.join(","))}
      />
      <ConstantLine constant={table.constant} total={model.total.value} add={(field) => cols.set([field, ...shown].join(","))} />
      {problem && <ErrorBox problem={problem} again={() => void model.reload()} />}
      {isEmpty ? (
        <EmptyFilter experiment={experiment} query={filter ?? ""} />
      ) : (
        <>
          <Strip experiment={experiment} runs={runs} metrics={metrics} />
          <Fresh model={model} />
          {isNarrow ? (
            <Cards model={model} columns={columns} drawn={drawn} open={(line) => void model.toggleGroup(line)} />
          ) : (
            <Grid
              model={model}
              experiment={experiment}
              columns={columns}
              order={table.order}
              drawn={drawn}
              actions={actions}
              open={(line) => void model.toggleGroup(line)}
              scrolled={(at) => (top.current = at)}
            />
          )}
        </>
      )}
      <SelectionBar experiment={experiment} model={model} columns={["id", "name", ...shown]} />
    </div>
  );
}

/** Those that are selected, else those on top; of a group each of its runs. */
function drawnRuns(model: TableModel, columns: readonly Column[]): PlotRun[] {
  const found = new Map<string, PlotRun>();
  const add = (uuid: string, line: Line | undefined): void => {
    found.set(uuid, { uuid, name: line ? nameOf(line) : uuid, differing: line ? factsOf(line, columns) : {} });
  };
  for (const uuid of selected.value) add(uuid, model.find(uuid));
  if (found.size > 0) return [...found.values()];
  for (let at = 0; found.size < DRAWN && at < model.lineCount.value; at++) {
    const line = model.line(at);
    for (const uuid of line?.uuids.slice(0, DRAWN - found.size) ?? []) add(uuid, model.find(uuid) ?? line);
  }
  return [...found.values()];
}

/** What tells a run apart from others. */
function factsOf(line: Line, columns: readonly Column[]): Record<string, string> {
  const facts = columns.filter(({ field }) => field.kind === "argument" || field.kind === "param");
  return Object.fromEntries(facts.map((column) => [column.name === "name" ? column.over : column.name, cellText(column, line)]));
}

function useActions(experiment: string, shown: readonly string[], model: TableModel): HeadActions {
  const set = (fields: readonly string[]): void => cols.set(fields.join(","));
  return {
    move: (field, before) => {
      if (field === before) return;
      const moved = withEpoch(field, shown);
      const others = shown.filter((other) => !moved.includes(other));
      const at = before === undefined ? others.length : others.indexOf(before);
      set([...others.slice(0, at), ...moved, ...others.slice(at)]);
    },
    resize: (field, width) => setWidth(experiment, field, width),
    hide: (field) => {
      const hidden = withEpoch(field, shown);
      set(shown.filter((other) => !hidden.includes(other)));
    },
    replace: (field, by) => {
      const rest = withEpoch(field, shown).slice(1);
      set([...new Set(shown.filter((other) => !rest.includes(other)).map((other) => (other === field ? by : other)))]);
    },
    flip: (column) => void flip(experiment, column).then(() => model.reload()),
  };
}

/** The epoch of the best stands in the column of the best. */
function withEpoch(field: string, shown: readonly string[]): string[] {
  const next = shown[shown.indexOf(field) + 1];
  return next === `${field}_epoch` ? [field, next] : [field];
}

/** Which direction of a metric is better is told to the experiment, for everybody. */
async function flip(experiment: string, { field }: Column): Promise<void> {
  const direction = field.direction === "min" ? "maximize" : "minimize";
  const definitions = { [field.metric ?? ""]: { direction } };
  await send("PATCH", `/experiments/${encodeURIComponent(experiment)}`, { definitions }).catch((error: unknown) =>
    sayProblem(asProblem(error)),
  );
  schema.value = undefined;
}

interface StripProps {
  experiment: string;
  runs: readonly PlotRun[];
  metrics: readonly string[];
}

type Plots = ComponentType<StripProps>;

/** Loaded while the rows are waited for. */
let plots: Plots | undefined;
const loading = import("../plots/strip.tsx").then(
  ({ default: loaded }) => (plots = loaded),
  () => undefined,
);

/** The plots of the runs on top. The table does not wait for them. */
function Strip(props: StripProps): JSX.Element {
  const [Plots, setPlots] = useState<Plots | undefined>(() => plots);
  useEffect(() => void loading.then((loaded) => loaded && setPlots(() => loaded)), []);
  return <div class="strip">{Plots && <Plots {...props} />}</div>;
}

/** Runs that have come meanwhile wait here: what is looked at does not move. */
function Fresh({ model }: { model: TableModel }): JSX.Element | null {
  const { size } = model.fresh.value;
  if (size === 0) return null;
  return (
    <div class="fresh" role="status">
      <Button kind="primary" onClick={() => void model.reload()}>
        {count(size)} new {size === 1 ? "run" : "runs"}
      </Button>
    </div>
  );
}
