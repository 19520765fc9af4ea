/** What happened to a run, in its order; one that belongs to an epoch shows it in the plots. */
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { time, toNumber } from "../format.ts";
import { marked } from "../plots/marked.ts";
import { seriesTitle } from "../names.ts";
import { Button } from "../ui/parts.tsx";
import { failure } from "./failure.ts";
import type { WholeRun } from "./types.ts";

export interface Happened {
  at: string;
  what: string;
  epoch?: number | undefined;
  isBad?: boolean;
}

const FEW = 14;

/** All that the records of a run tell: attempts, phases, artifacts, and values that are no numbers. */
export function eventsOf(run: WholeRun): Happened[] {
  const all: Happened[] = [{ at: run.created, what: "Created" }];
  for (const { started, ended, outcome, provenance } of run.attempts) {
    const where = provenance.host ? ` on ${provenance.host}` : "";
    all.push({ at: started, what: `Attempt began${where}` });
    if (!ended) continue;
    const isFailed = typeof outcome === "object";
    const what = isFailed ? failure("Attempt failed", outcome) : "Attempt finished";
    all.push({ at: ended, what, isBad: isFailed });
  }
  for (const { name, epoch, created } of run.artifacts) {
    const of = epoch === null || epoch === undefined ? "" : ` of epoch ${epoch}`;
    all.push({ at: created, what: `Artifact ${name}${of}`, epoch: epoch ?? undefined });
  }
  const phases = new Map<string, Happened>();
  for (const { first, last } of run.metrics) {
    const phase = first.phase ?? "";
    if (phase && phase !== "system" && first.time && (phases.get(phase)?.at ?? "~") > first.time) {
      phases.set(phase, { at: first.time, what: `Phase ${phase} began`, epoch: first.epoch });
    }
    const value = toNumber(last.value);
    if (value !== undefined && !Number.isFinite(value) && last.time) {
      all.push({ at: last.time, what: `${seriesTitle(last.name, phase)} is ${value}`, epoch: last.epoch, isBad: true });
    }
  }
  return [...all, ...phases.values()].sort((a, b) => b.at.localeCompare(a.at));
}

export function Events({ run }: { run: WholeRun }): JSX.Element {
  const [isAll, setAll] = useState(false);
  const all = eventsOf(run);
  return (
    <>
      <ol class="events">
        {all.slice(0, isAll ? all.length : FEW).map(({ at, what, epoch, isBad }, index) => (
          <li
            key={index}
            class={isBad ? "is-bad" : ""}
            onPointerEnter={() => (marked.value = epoch)}
            onPointerLeave={() => (marked.value = undefined)}
          >
            <time dateTime={at}>{time(at)}</time>
            <span>{what}</span>
          </li>
        ))}
      </ol>
      {!isAll && all.length > FEW && <Button onClick={() => setAll(true)}>Show all {all.length}</Button>}
    </>
  );
}
