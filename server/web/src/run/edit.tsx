/** What a person may change of a run: its name, its notes and its tags, and whether it is archived. */
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { send } from "../api.ts";
import { cannotWrite } from "../frame/experiment.ts";
import { archive, changeRuns } from "../table/change.ts";
import { FormDialog } from "../ui/dialog.tsx";
import { Button } from "../ui/parts.tsx";
import { sayProblem } from "../ui/toast.tsx";
import { tagsAsText, tagsFrom, tagsPatch } from "./tags.ts";
import type { WholeRun } from "./types.ts";

interface Props {
  run: WholeRun;
  /** Reads the run again. */
  again: () => void;
}

export function EditButtons({ run, again }: Props): JSX.Element {
  const [isOpen, setOpen] = useState(false);
  const reason = cannotWrite.value;
  return (
    <span class="run-edit">
      <Button title={reason ?? "Change name, notes and tags"} disabled={reason !== undefined} onClick={() => setOpen(true)}>
        Edit
      </Button>
      <Button
        title={reason ?? (run.archived ? "Show it in tables again" : "Leave it out of tables; nothing is removed")}
        disabled={reason !== undefined}
        onClick={() => void (run.archived ? changeRuns([run.uuid], { archived: false }).then(again, sayProblem) : archive([run.uuid], again))}
      >
        {run.archived ? "Take out of the archive" : "Archive"}
      </Button>
      {isOpen && <EditDialog run={run} again={again} close={() => setOpen(false)} />}
    </span>
  );
}

function EditDialog({ run, again, close }: Props & { close: () => void }): JSX.Element {
  const save = async (element: HTMLFormElement): Promise<void> => {
    const form = new FormData(element);
    const text = (key: string): string => String(form.get(key) ?? "");
    const tags = tagsPatch(run.tags ?? {}, tagsFrom(text("tags")));
    await send("PATCH", `/runs/${run.uuid}`, { name: text("name").trim(), notes: text("notes"), tags });
    again();
  };
  return (
    <FormDialog title={`Edit ${run.name || run.id}`} act="Save" submit={save} close={close}>
      <label>
        <span>Name</span>
        <input name="name" defaultValue={run.name ?? ""} placeholder={run.id} />
      </label>
      <label>
        <span>Notes</span>
        <textarea name="notes" rows={5} defaultValue={run.notes ?? ""} />
      </label>
      <label>
        <span>
          Tags <span class="muted">one a line, as “baseline” or “data: small”</span>
        </span>
        <textarea name="tags" rows={3} defaultValue={tagsAsText(run.tags ?? {})} />
      </label>
    </FormDialog>
  );
}
