/** Where a component is used: in which runs of all experiments, and as what. */
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { age, count, plural, time } from "../format.ts";
import { href } from "../router.ts";
import { pages } from "../routes.ts";
import { Button } from "../ui/parts.tsx";
import type { Use } from "./types.ts";

const FEW = 20;

interface UsesProps {
  /** The newest of them. */
  runs: readonly Use[];
  total: number;
  hash: string;
}

export function Uses({ runs, total, hash }: UsesProps): JSX.Element {
  const experiments = [...new Set(runs.map(({ experiment }) => experiment))];
  if (runs.length === 0) return <p class="muted">No run uses it.</p>;
  return (
    <>
      {experiments.map((experiment) => (
        <Experiment
          key={experiment}
          experiment={experiment}
          hash={hash}
          runs={runs.filter((run) => run.experiment === experiment)}
        />
      ))}
      {total > runs.length && (
        <p class="muted">
          These are the newest {count(runs.length)} of {plural(total, "run")}.
        </p>
      )}
    </>
  );
}

interface Props {
  experiment: string;
  hash: string;
  runs: readonly Use[];
}

function Experiment({ experiment, hash, runs }: Props): JSX.Element {
  const [isAll, setAll] = useState(false);
  // A component inside another one has no hash in the query language.
  const kinds = [...new Set(runs.map(({ kind }) => kind))].filter((kind) => !kind.includes("."));
  const query = kinds.map((kind) => `hash.${kind} = ${JSON.stringify(hash)}`).join(" or ");
  const sorted = [...runs].sort((a, b) => b.created.localeCompare(a.created));
  return (
    <div class="uses">
      <h3>
        <a href={href(pages.experiment(experiment), { q: query })}>{experiment}</a>{" "}
        <span class="muted">{plural(runs.length, "run")}</span>
      </h3>
      <table class="plain-table">
        <thead>
          <tr>
            <th scope="col">Run</th>
            <th scope="col">As</th>
            <th scope="col" class="figure" title="The epoch in which it was last recorded">
              Epoch
            </th>
            <th scope="col">Created</th>
          </tr>
        </thead>
        <tbody>
          {sorted.slice(0, isAll ? sorted.length : FEW).map(({ run, id, name, kind, epoch, created }) => (
            <tr key={`${run} ${kind}`}>
              <td class="ellipsis">
                <a href={pages.run(run)}>{name || id}</a>
              </td>
              <td>{kind}</td>
              <td class="figure">{epoch}</td>
              <td class="muted" title={time(created)}>
                {age(created)}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {!isAll && sorted.length > FEW && <Button onClick={() => setAll(true)}>Show all {sorted.length}</Button>}
    </div>
  );
}
