/** The attempts on a run: when, where, from which source, and how each ended. */
import type { JSX } from "preact";
import { age, bytes, duration, time } from "../format.ts";
import { failure } from "./failure.ts";
import type { Attempt, WholeRun } from "./types.ts";

export function Attempts({ run }: { run: WholeRun }): JSX.Element {
  const all = [...run.attempts].sort((a, b) => b.started.localeCompare(a.started));
  if (all.length === 0) return <p class="muted">No program has said that it works on this run.</p>;
  return (
    <ol class="attempts" reversed>
      {all.map((attempt, at) => (
        <li key={attempt.id}>
          <OneAttempt attempt={attempt} isLost={at === 0 && run.status === "lost"} />
        </li>
      ))}
    </ol>
  );
}

function OneAttempt({ attempt, isLost }: { attempt: Attempt; isLost: boolean }): JSX.Element {
  const { provenance, started, ended, seen } = attempt;
  const { git, system } = provenance;
  const seconds = (Date.parse(ended ?? seen) - Date.parse(started)) / 1000;
  return (
    <details class="attempt">
      <summary>
        <span>
          <Outcome attempt={attempt} isLost={isLost} />
          <span title={time(started)}>{age(started)}</span>
          <span>{duration(seconds)}</span>
          {provenance.host && <span>on {provenance.host}</span>}
          {git && (
            <span>
              at <code>{git.commit.slice(0, 7)}</code>
              {git.branch && ` on ${git.branch}`}
              {git.dirty && <span class="warn-text"> with changes that are not committed</span>}
            </span>
          )}
        </span>
      </summary>
      <dl class="values">
        <Fact name="Started" value={time(started)} />
        <Fact name="Ended" value={ended ? time(ended) : undefined} />
        <Fact name="Commit" value={git?.commit} />
        <Fact name="Command" value={provenance.command?.join(" ")} />
        <Fact name="Folder" value={provenance.folder} />
        <Fact name="User" value={provenance.user} />
        <Fact name="Process" value={attempt.process ? String(attempt.process) : undefined} />
        <Fact name="System" value={system?.os} />
        <Fact name="Processor" value={system?.cpu && `${system.cpu}, ${system.cpus} threads`} />
        <Fact name="Memory" value={system?.memory ? bytes(system.memory) : undefined} />
        <Fact name="Graphics" value={system?.gpus.join(", ")} />
        <Fact name="Features" value={provenance.features?.join(", ")} />
        {Object.entries(provenance.versions ?? {}).map(([name, version]) => (
          <Fact key={name} name={name} value={version} />
        ))}
        {Object.entries(provenance.more ?? {}).map(([name, value]) => (
          <Fact key={name} name={name} value={typeof value === "string" ? value : JSON.stringify(value)} />
        ))}
      </dl>
    </details>
  );
}

function Fact({ name, value }: { name: string; value: string | undefined }): JSX.Element | null {
  if (!value) return null;
  return (
    <div>
      <dt>{name}</dt>
      <dd>{value}</dd>
    </div>
  );
}

function Outcome({ attempt, isLost }: { attempt: Attempt; isLost: boolean }): JSX.Element {
  const { outcome = "running", seen } = attempt;
  if (isLost) return <span class="status lost"><span aria-hidden="true">?</span> lost, last heard of {age(seen)}</span>;
  if (outcome === "finished") return <span class="status finished"><span aria-hidden="true">✓</span> finished</span>;
  if (outcome === "running") return <span class="status running"><span aria-hidden="true">●</span> running</span>;
  return <span class="status failed"><span aria-hidden="true">✕</span> {failure("failed", outcome)}</span>;
}
