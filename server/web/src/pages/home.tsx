/** All experiments: how many runs they have, and where something happens. */
import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { post } from "../api.ts";
import { age, bytes, count, time } from "../format.ts";
import { about, cannotWrite, experiments, experimentsProblem, followExperiments, readExperiments } from "../frame/experiment.ts";
import { go, hasMoved } from "../router.ts";
import { pages } from "../routes.ts";
import { FirstRun } from "../frame/first-run.tsx";
import type { Experiment } from "../types.ts";
import { FormDialog } from "../ui/dialog.tsx";
import { Button, ErrorBox, Skeleton } from "../ui/parts.tsx";
import { useTitle } from "../use.ts";

export default function HomePage(): JSX.Element {
  useTitle("Experiments");
  const all = experiments.value;
  const size = about.value?.bytes;
  useEffect(() => {
    void readExperiments();
    return followExperiments();
  }, []);
  useEffect(() => {
    // Where there is one alone, it is what is looked for; the logo leads here all the same.
    const [only, another] = all ?? [];
    if (only && !another && !hasMoved()) go(pages.experiment(only.name), "replace");
  }, [all]);
  if (!all) {
    const problem = experimentsProblem.value;
    return problem ? <ErrorBox problem={problem} again={() => void readExperiments()} /> : <Skeleton />;
  }
  if (all.length === 0) {
    return (
      <div class="page">
        <h1>Experiments</h1>
        <FirstRun />
      </div>
    );
  }
  return (
    <div class="page">
      <div class="toolbar">
        <h1>Experiments</h1>
        <span class="muted">{count(all.length)}</span>
        {size !== undefined && size !== null && (
          <span class="muted" title={about.value?.store}>
            {bytes(size)} on disk
          </span>
        )}
        <span class="bar-space" />
        <a class="button plain" href="/live">
          Running now
        </a>
        <NewExperiment />
      </div>
      <List all={all} />
    </div>
  );
}

/** The one where something happened last comes first. */
function List({ all }: { all: readonly Experiment[] }): JSX.Element {
  const last = (one: Experiment): string => one.updated ?? one.created;
  const sorted = [...all].sort((a, b) => (b.running ?? 0) - (a.running ?? 0) || last(b).localeCompare(last(a)));
  return (
    <table class="grid-table home">
      <thead>
        <tr>
          <th scope="col">Experiment</th>
          <th scope="col" class="number">
            Runs
          </th>
          <th scope="col">Running</th>
          <th scope="col">Last activity</th>
        </tr>
      </thead>
      <tbody>
        {sorted.map((one) => (
          <tr key={one.id}>
            <th scope="row">
              <a href={pages.experiment(one.name)} dir="auto">
                {one.name}
              </a>
              {one.notes && <p class="muted ellipsis">{one.notes}</p>}
            </th>
            <td class="number">{count(one.runs)}</td>
            <td>{one.running ? <span class="status running">● {count(one.running)}</span> : <span class="muted">–</span>}</td>
            <td title={time(last(one))}>{age(last(one))}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function NewExperiment(): JSX.Element {
  const [isAsking, setAsking] = useState(false);
  const [name, setName] = useState("");
  const create = async (): Promise<void> => {
    await post("/experiments", { name });
    await readExperiments();
    go(pages.experiment(name));
  };
  return (
    <>
      <Button disabled={cannotWrite.value !== undefined} title={cannotWrite.value} onClick={() => setAsking(true)}>
        New experiment
      </Button>
      {isAsking && (
        <FormDialog title="New experiment" act="Create" submit={create} close={() => setAsking(false)}>
          <label>
            Name
            <input autofocus required value={name} onInput={(event) => setName(event.currentTarget.value)} />
          </label>
        </FormDialog>
      )}
    </>
  );
}
