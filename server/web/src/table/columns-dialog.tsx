/** Which columns there are: everything that the runs have, to be ticked. */
import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { plural } from "../format.ts";
import { readSchema, schema } from "../frame/experiment.ts";
import type { Schema } from "../types.ts";
import { Dialog } from "../ui/dialog.tsx";
import { Button, Skeleton } from "../ui/parts.tsx";
import { metricField, seriesField, seriesTitle } from "../names.ts";

interface Props {
  shown: readonly string[];
  isUsual: boolean;
  set: (fields: readonly string[]) => void;
  close: () => void;
}

interface Choice {
  field: string;
  name: string;
  note: string;
}

/** More are found by searching. */
const MOST = 200;

export function ColumnsDialog({ shown, isUsual, set, close }: Props): JSX.Element {
  const [sought, setSought] = useState("");
  useEffect(() => void readSchema(), []);
  const found = schema.value && sections(schema.value, sought.toLowerCase());
  const toggle = (field: string): void =>
    set(shown.includes(field) ? shown.filter((other) => other !== field) : [...shown, field]);
  return (
    <Dialog title="Columns" close={close}>
      <input
        type="search"
        class="wide"
        autofocus
        aria-label="Find a column"
        placeholder="Find a column"
        value={sought}
        onInput={(event) => setSought(event.currentTarget.value)}
      />
      {!found && <Skeleton />}
      <div class="columns-list">
        {found?.map(({ title, choices }) => (
          <fieldset key={title}>
            <legend>{title}</legend>
            {choices.slice(0, MOST).map(({ field, name, note }) => (
              <label key={field} class="check" title={field}>
                <input type="checkbox" checked={shown.includes(field)} onChange={() => toggle(field)} />
                <span class="ellipsis">{name}</span>
                <span class="muted">{note}</span>
              </label>
            ))}
            {choices.length > MOST && <p class="muted">{choices.length - MOST} more: search for them.</p>}
          </fieldset>
        ))}
      </div>
      <footer class="dialog-foot">
        <Button disabled={isUsual} onClick={() => set([])}>
          The usual columns
        </Button>
        <Button kind="primary" onClick={close}>
          Done
        </Button>
      </footer>
    </Dialog>
  );
}

function sections({ fields, metrics }: Schema, sought: string): { title: string; choices: Choice[] }[] {
  const matching = (choice: Choice): boolean => `${choice.field} ${choice.name}`.toLowerCase().includes(sought);
  const ofFields = fields.map(({ field, constant, distinct }) => ({
    field,
    name: field,
    note: constant ? "constant" : plural(distinct, "value"),
  }));
  const ofMetrics = metrics.flatMap(({ name, phases }) =>
    (phases.length > 0 ? phases : [""]).flatMap((phase) => {
      const of = seriesTitle(name, phase);
      const parts = STATISTICS.map((part) => ({
        field: metricField(name, phase, part),
        name: `${of} ${part.replace("_", " ")}`,
        note: "",
      }));
      return [...parts, { field: `spark:metric.${seriesField(name, phase)}`, name: `${of} curve`, note: "" }];
    }),
  );
  const all = [
    { title: "Metrics", choices: ofMetrics.filter(matching) },
    { title: "Arguments, params and tags", choices: ofFields.filter(matching) },
    { title: "The run", choices: OF_RUN.filter(matching) },
  ];
  return all.filter(({ choices }) => choices.length > 0);
}

const STATISTICS = ["last", "best", "best_epoch", "min", "max"];

const OF_RUN: Choice[] = [
  ["status", "status"],
  ["duration", "duration"],
  ["created", "age"],
  ["updated", "updated"],
  ["ended", "ended"],
  ["epoch", "epoch"],
  ["notes", "notes"],
  ["hash.model", "hash of the model"],
].map(([field = "", name = ""]) => ({ field, name, note: "" }));
