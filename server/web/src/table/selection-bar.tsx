/** What can be done with the runs that are selected. */
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { count, plural } from "../format.ts";
import { about, cannotWrite } from "../frame/experiment.ts";
import { useKeys } from "../keys.ts";
import { go, href } from "../router.ts";
import { pages } from "../routes.ts";
import { select, selected } from "../state.ts";
import { Button } from "../ui/parts.tsx";
import { FormDialog } from "../ui/dialog.tsx";
import { say } from "../ui/toast.tsx";
import { archive, changeRuns, deleteRuns } from "./change.ts";
import { ExportMenu } from "./exports.tsx";
import type { TableModel } from "./model.ts";

interface Props {
  experiment: string;
  model: TableModel;
  columns: readonly string[];
}

export function SelectionBar({ experiment, model, columns }: Props): JSX.Element | null {
  const [asked, setAsked] = useState<"tag" | "name" | "delete">();
  const uuids = selected.value;
  const compare = (): void => {
    if (uuids.length > 1) go(pages.compare(uuids));
    else say("Select two runs or more to compare them.");
  };
  useKeys({ c: ["Compare the selected runs", compare] });
  if (uuids.length === 0) return null;
  const why = cannotWrite.value;
  const ids = model.table.value ? idsOf(model, uuids) : [];
  const again = (): void => {
    select([]);
    void model.reload();
  };
  return (
    <div class="selection-bar" role="region" aria-label="Selected runs">
      <strong>{count(uuids.length)} selected</strong>
      <Button kind="primary" disabled={uuids.length < 2} onClick={compare}>
        Compare
      </Button>
      <Button onClick={() => go(href(pages.plots(experiment), { sel: uuids.join(",") }))}>Plot</Button>
      <ExportMenu
        experiment={experiment}
        query={`id in (${ids.map((id) => JSON.stringify(id)).join(", ")})`}
        columns={columns}
        what={`${count(uuids.length)} selected`}
      />
      <Button disabled={why !== undefined} title={why} onClick={() => setAsked("tag")}>
        Tag
      </Button>
      <Button disabled={why !== undefined || uuids.length !== 1} title={why} onClick={() => setAsked("name")}>
        Rename
      </Button>
      <Button disabled={why !== undefined} title={why} onClick={() => void archive(uuids, again)}>
        Archive
      </Button>
      {about.value?.allow_delete && !why && (
        <Button kind="danger" onClick={() => setAsked("delete")}>
          Delete
        </Button>
      )}
      <Button kind="quiet" label="Select nothing" onClick={() => select([])}>
        ✕
      </Button>
      {asked === "delete" && <AskDelete uuids={uuids} after={again} close={() => setAsked(undefined)} />}
      {asked && asked !== "delete" && <Ask what={asked} model={model} uuids={uuids} close={() => setAsked(undefined)} />}
    </div>
  );
}

function idsOf(model: TableModel, uuids: readonly string[]): string[] {
  const table = model.table.value;
  const ids = uuids.map((uuid) => table?.columns["id"]?.[table.uuids.indexOf(uuid)]);
  return ids.filter((id) => typeof id === "string");
}

interface AskProps {
  what: "tag" | "name";
  model: TableModel;
  uuids: readonly string[];
  close: () => void;
}

/** Asks for a tag, or for a name. */
function Ask({ what, model, uuids, close }: AskProps): JSX.Element {
  const table = model.table.value;
  const present = table?.columns["name"]?.[table.uuids.indexOf(uuids[0] ?? "")];
  const [name, setName] = useState(what === "name" && typeof present === "string" ? present : "");
  const [value, setValue] = useState("");
  const submit = async (): Promise<void> => {
    await changeRuns(uuids, what === "name" ? { name } : { tags: { [name]: value } });
    void model.reload();
  };
  const [title, act] = what === "name" ? ["Rename the run", "Rename"] : ["Tag the runs", "Tag"];
  return (
    <FormDialog {...{ title, act, submit, close }}>
      <label>
        {what === "name" ? "Name" : "Tag"}
        <input autofocus required={what === "tag"} value={name} onInput={(event) => setName(event.currentTarget.value)} />
      </label>
      {what === "tag" && (
        <label>
          Value
          <input value={value} onInput={(event) => setValue(event.currentTarget.value)} />
        </label>
      )}
    </FormDialog>
  );
}

interface AskDeleteProps {
  uuids: readonly string[];
  after: () => void;
  close: () => void;
}

function AskDelete({ uuids, after, close }: AskDeleteProps): JSX.Element {
  const submit = (): Promise<void> => deleteRuns(uuids).then(after);
  return (
    <FormDialog title={`Delete ${plural(uuids.length, "run")}`} act="Delete" isDanger submit={submit} close={close}>
      <p>Their points and artifacts are removed as well, and it cannot be undone. Archived runs can be brought back.</p>
    </FormDialog>
  );
}
