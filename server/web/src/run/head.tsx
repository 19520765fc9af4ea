/** What a run is, how it stands, and how good it has become. */
import type { JSX } from "preact";
import { age, count, duration, exact, number, time } from "../format.ts";
import { seriesTitle } from "../names.ts";
import { placeOf } from "../plots/picture.ts";
import { pages } from "../routes.ts";
import { Copy, Progress, Stalled, StatusBadge } from "../ui/parts.tsx";
import { bestOf } from "./best.ts";
import { EditButtons } from "./edit.tsx";
import { epochOf, isDiverged, silence, totalEpochs, useRemaining } from "./progress.ts";
import { useNow } from "../use.ts";
import { failureReason } from "./failure.ts";
import { Rank } from "./rank.tsx";
import type { WholeRun } from "./types.ts";
import { RunVerdict } from "./verdict.tsx";

const FIGURES = 4;

export function Head({ run, again }: { run: WholeRun; again: () => void }): JSX.Element {
  const name = run.name || run.id;
  const best = bestOf(run);
  const reason = reasonOf(run);
  return (
    <header class="run-head">
      <div class="run-title">
        <h1 class="page-title" title={name}>
          {name}
        </h1>
        <StatusBadge status={run.status} {...(reason && { reason })} />
        {isDiverged(run) && (
          <span class="chip bad-chip" title="The last value of a metric is NaN or infinite">
            diverged
          </span>
        )}
        <Stalled silent={silence(run, useNow())} />
        {run.archived && <span class="chip">archived</span>}
        <RunVerdict run={run.uuid} />
        <EditButtons run={run} again={again} />
      </div>
      <p class="run-line muted">
        <a href={pages.experiment(run.experiment_name)}>{run.experiment_name}</a>
        <span class="run-id">
          <code class="ellipsis">{run.id}</code>
          <Copy text={run.id} />
        </span>
        <span title={time(run.created)}>created {age(run.created)}</span>
        {run.duration !== null && run.duration !== undefined && <span>ran {duration(run.duration)}</span>}
        <Tags tags={run.tags ?? {}} />
      </p>
      {reason && (
        <p class={`run-reason ${run.status}`}>
          <b>{run.status === "failed" ? "Failed" : "Lost"}:</b> {reason}
        </p>
      )}
      <dl class="run-figures">
        <Epochs run={run} />
        {best.slice(0, FIGURES).map(({ name: metric, phase, best: value, last, at }) => (
          <div key={seriesTitle(metric, phase)} class="figure-card">
            <dt>Best {seriesTitle(metric, phase)}</dt>
            <dd title={value === undefined ? "" : exact(value)}>{value === undefined ? "–" : number(value)}</dd>
            <dd class="muted">
              {at && `at ${placeOf(at.epoch, at.epoch > 0 ? 0 : at.step)}`}
              {last !== undefined && `${at ? ", " : ""}last ${number(last)}`}
            </dd>
          </div>
        ))}
        <Rank run={run} best={best[0]} />
      </dl>
    </header>
  );
}

/** Why a run ended before its end; none where it did not, or where nobody has said. */
function reasonOf(run: WholeRun): string | undefined {
  if (run.status === "failed") return failureReason(run.attempt?.outcome);
  return run.status === "lost" && run.attempt
    ? `it was last heard of ${age(run.attempt.seen)} and has not said that it ended`
    : undefined;
}

function Epochs({ run }: { run: WholeRun }): JSX.Element | null {
  const total = totalEpochs(run);
  const left = useRemaining(run, total);
  const epoch = epochOf(run);
  if (epoch === 0 && total === undefined) return null;
  const isOpen = total !== undefined && epoch < total;
  return (
    <div class="figure-card">
      <dt>Epoch</dt>
      <dd>
        {count(epoch)}
        {total !== undefined && <span class="muted"> / {count(total)}</span>}
      </dd>
      <dd class="muted">
        {isOpen && <Progress done={epoch} total={total} label={`Epoch ${epoch} of ${total}`} />}
        {isOpen && left !== undefined && left >= 1 && `${duration(left)} left`}
        {!isOpen && total !== undefined && "all are done"}
      </dd>
    </div>
  );
}

export function Tags({ tags }: { tags: Record<string, string> }): JSX.Element {
  return (
    <>
      {Object.entries(tags).map(([name, value]) => (
        <span key={name} class="chip" title={value ? `${name}: ${value}` : name}>
          {value ? `${name}: ${value}` : name}
        </span>
      ))}
    </>
  );
}
