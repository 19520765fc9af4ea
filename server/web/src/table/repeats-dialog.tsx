/** Which params make a repeat: runs that differ in these alone stand in one line. */
import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { send } from "../api.ts";
import { readExperiments, readSchema, schema } from "../frame/experiment.ts";
import { FormDialog } from "../ui/dialog.tsx";

interface Props {
  experiment: string;
  repeats: readonly string[];
  /** Called when the experiment has others. */
  changed: () => void;
  close: () => void;
}

export function RepeatsDialog({ experiment, repeats, changed, close }: Props): JSX.Element {
  const [chosen, setChosen] = useState<readonly string[]>(repeats);
  useEffect(() => void readSchema(), []);
  const params = (schema.value?.fields ?? []).filter(({ field }) => field.startsWith("param."));
  const names = [...new Set([...repeats, ...params.map(({ field }) => field.slice("param.".length))])];
  const save = async (): Promise<void> => {
    await send("PATCH", `/experiments/${encodeURIComponent(experiment)}`, { repeats: chosen });
    await readExperiments();
    changed();
  };
  return (
    <FormDialog title="What makes a repeat" act="Save" submit={save} close={close}>
      <p>Runs of the same components whose params are equal but for these are repeats of each other:</p>
      <div>
        {names.map((name) => (
          <label key={name} class="check">
            <input
              type="checkbox"
              checked={chosen.includes(name)}
              onChange={() => setChosen(chosen.includes(name) ? chosen.filter((one) => one !== name) : [...chosen, name])}
            />
            {name}
          </label>
        ))}
      </div>
      <p class="muted">It holds for everybody who looks at the experiment.</p>
    </FormDialog>
  );
}
