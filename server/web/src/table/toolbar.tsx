/** Above the table: how many runs, and what can be done with the table as a whole. */
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { accepted, longForm, problem } from "../filter/state.ts";
import { count, plural } from "../format.ts";
import { experiments } from "../frame/experiment.ts";
import { useKeys } from "../keys.ts";
import { bound } from "../router.ts";
import { Button, Copy } from "../ui/parts.tsx";
import { Sign } from "../ui/sign.tsx";
import { ColumnsDialog } from "./columns-dialog.tsx";
import { ExperimentMenu } from "./experiment-menu.tsx";
import { ExportMenu } from "./exports.tsx";
import { GroupMenu } from "./group-menu.tsx";
import { MOST_GROUPS, type TableModel } from "./model.ts";

const cols = bound("cols");

interface Props {
  experiment: string;
  model: TableModel;
  shown: readonly string[];
  query: string;
  setColumns: (fields: readonly string[]) => void;
}

export function Toolbar({ experiment, model, shown, query, setColumns }: Props): JSX.Element {
  const [isChoosing, setChoosing] = useState(false);
  const record = experiments.value?.find(({ name }) => name === experiment);
  const total = model.total.value;
  const isFiltered = (accepted.value ?? "") !== "";
  const text = isFiltered && record ? `${count(total)} of ${plural(record.runs, "run")}` : plural(total, "run");
  const groups = model.groups.value;
  useKeys({
    e: ["Export the table", () => document.querySelector<HTMLElement>(".toolbar .export button")?.click()],
  });
  return (
    <div class="toolbar">
      <h1 class="ellipsis" title={record?.notes || experiment}>
        {experiment}
      </h1>
      <ExperimentMenu name={experiment} />
      <span class="muted total" role="status">
        {text}
        {groups && ` in ${plural(groups.total, "group")}`}
        {groups && groups.total > MOST_GROUPS && `, of which the first ${count(MOST_GROUPS)} are shown`}
      </span>
      {isFiltered && !problem.value && longForm.value && (
        <span class="long-form" title={longForm.value}>
          <code class="ellipsis">{longForm.value}</code>
          <Copy text={longForm.value} label="Copy the query" />
        </span>
      )}
      <span class="bar-space" />
      <GroupMenu experiment={experiment} model={model} repeats={record?.repeats ?? ["seed"]} />
      <Button onClick={() => setChoosing(true)}>
        <Sign name="columns" /> Columns
      </Button>
      <span class="export">
        <ExportMenu experiment={experiment} query={query} columns={["id", "name", ...shown]} what={text} />
      </span>
      {isChoosing && (
        <ColumnsDialog
          shown={shown}
          isUsual={cols.value === ""}
          set={setColumns}
          close={() => setChoosing(false)}
        />
      )}
    </div>
  );
}
