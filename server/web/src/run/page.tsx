/** One run: how it went, what it was made of, and where it ran. */
import type { JSX } from "preact";
import { useEffect, useMemo, useState } from "preact/hooks";
import { on } from "../events.ts";
import { Missing } from "../frame/missing.tsx";
import { useKeys } from "../keys.ts";
import { PlotGrid } from "../plots/grid.tsx";
import type { PlotRun } from "../plots/run.ts";
import { stemsOf, type Stem } from "../plots/stems.ts";
import { Toolbar } from "../plots/toolbar.tsx";
import { plotKeys } from "../plots/view.ts";
import type { PageProps } from "../routes.ts";
import type { SchemaMetric } from "../types.ts";
import { ErrorBox, Section, Skeleton, writeClipboard } from "../ui/parts.tsx";
import { say } from "../ui/toast.tsx";
import { useGet, useTitle } from "../use.ts";
import { Artifacts } from "./artifacts.tsx";
import { Attempts } from "./attempts.tsx";
import { Components } from "./components.tsx";
import { Events } from "./events.tsx";
import { Head } from "./head.tsx";
import { Iterations } from "./iterations.tsx";
import { LogTail } from "./log.tsx";
import type { WholeRun } from "./types.ts";
import { Values } from "./values.tsx";

export default function RunPage({ name }: PageProps): JSX.Element {
  const [turn, setTurn] = useState(0);
  const { data: run, problem, again } = useGet<WholeRun>(`/runs/${encodeURIComponent(name)}`, {}, turn);
  useTitle(run ? run.name || run.id : name);
  useKeys({
    ...plotKeys,
    y: ["Copy the id of the run", () => run && void writeClipboard(run.id).then(() => say(`Copied ${run.id}.`))],
  });
  useEffect(() => followRun(run?.uuid, () => setTurn((before) => before + 1)), [run?.uuid]);
  if (problem?.status === 404 || problem?.status === 300) return <Missing what="run" id={name} problem={problem} />;
  if (problem && !run) return <ErrorBox problem={problem} again={again} />;
  if (!run) return <Skeleton lines={10} />;
  return <Content run={run} again={again} />;
}

/** A run that goes on changes often: it is read again once a second at most. */
function followRun(uuid: string | undefined, again: () => void): (() => void) | undefined {
  if (uuid === undefined) return undefined;
  let waiting: ReturnType<typeof setTimeout> | undefined;
  const stop = on("run", (event) => {
    if (!("uuid" in event) || event.uuid !== uuid || waiting !== undefined) return;
    waiting = setTimeout(() => {
      waiting = undefined;
      again();
    }, 1000);
  });
  return () => {
    clearTimeout(waiting);
    stop();
  };
}

function Content({ run, again }: { run: WholeRun; again: () => void }): JSX.Element {
  const runs = useMemo<PlotRun[]>(() => [{ uuid: run.uuid, name: run.name || run.id, differing: {} }], [run.uuid, run.name]);
  const names = run.metrics.map(({ last }) => `${last.name} ${last.phase}`).join("\n");
  const stems = useMemo(() => stemsOf(metricsOf(run)), [names]);
  const [own, system] = [stems.filter((stem) => !isSystem(stem)), stems.filter(isSystem)];
  const params = run.params ?? {};
  return (
    <div class="page run-page">
      <Head run={run} again={again} />
      <div class="run-columns">
        <div class="run-main">
          <Section title="Metrics">
            {own.length > 0 ? (
              <>
                <Toolbar stems={own} canGroup={false} />
                <PlotGrid experiment={run.experiment_name} stems={own} runs={runs} />
              </>
            ) : (
              <p class="muted">
                {run.status === "running"
                  ? "Nothing is measured yet. The first point appears here by itself."
                  : "Nothing was measured."}
              </p>
            )}
          </Section>
          <Section title="Artifacts">
            <Artifacts run={run} />
          </Section>
          {run.log && (
            <Section title="Log">
              <LogTail run={run.uuid} log={run.log} />
            </Section>
          )}
          {system.length > 0 && (
            <Section title="System">
              <PlotGrid experiment={run.experiment_name} stems={system} runs={runs} />
            </Section>
          )}
        </div>
        <div class="run-side">
          {run.notes && (
            <Section title="Notes">
              <p class="run-notes">{run.notes}</p>
            </Section>
          )}
          <Section title="Components">
            <Components modules={run.modules} />
          </Section>
          {Object.keys(params).length > 0 && (
            <Section title="Parameters">
              <Values values={params} />
            </Section>
          )}
          <Section title="Attempts">
            <Attempts run={run} />
          </Section>
          {run.iterations.length > 0 && (
            <Section title="Iterations">
              <Iterations iterations={run.iterations} />
            </Section>
          )}
          <Section title="Events">
            <Events run={run} />
          </Section>
        </div>
      </div>
    </div>
  );
}

const isSystem = ({ series }: Stem): boolean => series.every(({ phase }) => phase === "system");

/** The metrics of one run, as the schema has those of many. */
function metricsOf(run: WholeRun): SchemaMetric[] {
  const phases = new Map<string, string[]>();
  for (const { last } of run.metrics) phases.set(last.name, [...(phases.get(last.name) ?? []), last.phase ?? ""]);
  return [...phases].map(([name, all]) => ({ name, phases: all, runs: 1, ...run.metric_definitions[name] }));
}
