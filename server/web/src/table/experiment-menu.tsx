/** What can be done with the experiment: its name, its notes, and its end where the server allows one. */
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { send } from "../api.ts";
import { plural } from "../format.ts";
import { about, cannotWrite, experiments, readExperiments } from "../frame/experiment.ts";
import { go } from "../router.ts";
import { pages } from "../routes.ts";
import type { Experiment } from "../types.ts";
import { FormDialog } from "../ui/dialog.tsx";
import { Menu } from "../ui/menu.tsx";
import { Sign } from "../ui/sign.tsx";

type Asked = "name" | "notes" | "delete";

export function ExperimentMenu({ name }: { name: string }): JSX.Element | null {
  const [asked, setAsked] = useState<Asked>();
  const record = experiments.value?.find((one) => one.name === name);
  if (!record || cannotWrite.value) return null;
  return (
    <>
      <Menu label={`Change ${name}`} text={<Sign name="more" />}>
        {(close) => {
          const item = (text: string, what: Asked): JSX.Element => (
            <button
              type="button"
              onClick={() => {
                close();
                setAsked(what);
              }}
            >
              {text}
            </button>
          );
          return (
            <>
              {item("Rename", "name")}
              {item("Notes", "notes")}
              {about.value?.allow_delete && item("Delete", "delete")}
            </>
          );
        }}
      </Menu>
      {asked && <Ask asked={asked} record={record} close={() => setAsked(undefined)} />}
    </>
  );
}

const TITLES = { name: "Rename the experiment", notes: "Notes on the experiment", delete: "Delete the experiment" };
const ACTS = { name: "Rename", notes: "Save", delete: "Delete" };

interface AskProps {
  asked: Asked;
  record: Experiment;
  close: () => void;
}

function Ask({ asked, record, close }: AskProps): JSX.Element {
  const [text, setText] = useState(asked === "name" ? record.name : asked === "notes" ? (record.notes ?? "") : "");
  const submit = async (): Promise<void> => {
    const path = `/experiments/${encodeURIComponent(record.id)}`;
    if (asked === "delete") await send("DELETE", path);
    else await send("PATCH", path, { [asked]: text });
    await readExperiments();
    if (asked === "name") go(pages.experiment(text), "replace");
    if (asked === "delete") go("/");
  };
  return (
    <FormDialog
      title={TITLES[asked]}
      act={ACTS[asked]}
      isDanger={asked === "delete"}
      disabled={asked === "delete" && text !== record.name}
      submit={submit}
      close={close}
    >
      {asked === "name" && (
        <label>
          Name
          <input autofocus required value={text} onInput={(event) => setText(event.currentTarget.value)} />
        </label>
      )}
      {asked === "notes" && (
        <label>
          Notes
          <textarea autofocus rows={6} value={text} onInput={(event) => setText(event.currentTarget.value)} />
        </label>
      )}
      {asked === "delete" && (
        <label>
          This removes {plural(record.runs, "run")} with all points and artifacts, and cannot be undone. Type the name of
          the experiment:
          <input autofocus required value={text} onInput={(event) => setText(event.currentTarget.value)} />
        </label>
      )}
    </FormDialog>
  );
}
