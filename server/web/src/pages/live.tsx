/** What is running now: for a glance at a phone. */
import type { JSX } from "preact";
import { useEffect, useMemo, useState } from "preact/hooks";
import { get, post, type Problem } from "../api.ts";
import { on } from "../events.ts";
import { duration, number, toNumber } from "../format.ts";
import { seriesTitle } from "../names.ts";
import type { WireHistory } from "../plots/points.ts";
import { pages } from "../routes.ts";
import { colourOf, stylesOf } from "../state.ts";
import { Spark } from "../ui/spark.tsx";
import { epochOf, remaining, silence, totalEpochs } from "../run/progress.ts";
import type { MetricPoint, Run, Summary } from "../types.ts";
import { ErrorBox, Progress, Skeleton, Stalled, StatusBadge } from "../ui/parts.tsx";
import { asProblem, useNow, useTitle } from "../use.ts";

const MOST = 60;
const GATHER = 500;

type Curve = WireHistory["series"];
type Curves = ReadonlyMap<string, Curve>;

export default function LivePage(): JSX.Element {
  useTitle("Running now");
  const [runs, setRuns] = useState<Run[]>();
  const [curves, setCurves] = useState<Curves>(new Map());
  const [problem, setProblem] = useState<Problem>();
  const now = useNow();
  const read = async (): Promise<void> => {
    try {
      const values = { query: 'status = "running" order by updated desc', limit: MOST };
      const found = (await get<{ runs: Run[] }>("/runs", values)).runs;
      setRuns(found);
      setProblem(undefined);
      setCurves(await readCurves(found));
    } catch (error) {
      setProblem(asProblem(error));
    }
  };
  useEffect(() => {
    void read();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const later = (): void => {
      timer ??= setTimeout(() => {
        timer = undefined;
        if (!document.hidden) void read();
      }, GATHER);
    };
    const ends = [on("run", later), on("reset", later)];
    document.addEventListener("visibilitychange", later);
    return () => {
      clearTimeout(timer);
      document.removeEventListener("visibilitychange", later);
      ends.forEach((end) => end());
    };
  }, []);
  const styles = useMemo(() => stylesOf((runs ?? []).map(({ uuid }) => uuid)), [runs]);
  if (!runs) return problem ? <ErrorBox problem={problem} again={() => void read()} /> : <Skeleton />;
  return (
    <div class="page live-page">
      <h1>Running now</h1>
      {problem && <ErrorBox problem={problem} again={() => void read()} />}
      {runs.length === 0 ? (
        <p class="waiting">
          <span class="pulse" aria-hidden="true" /> Nothing is running. What begins appears here by itself.
        </p>
      ) : (
        <div class="live-runs">
          {runs.map((run) => {
            const style = styles.get(run.uuid);
            const colour = style ? colourOf(style) : "var(--grey)";
            return <Running key={run.uuid} run={run} now={now} colour={colour} curve={curves.get(run.uuid)} />;
          })}
        </div>
      )}
    </div>
  );
}

/** The metric that is shown first: a loss of the test phase where there is one. */
function mainMetric(run: Run): Summary | undefined {
  const rank = ({ last }: Summary): number =>
    (/loss|error|perplexity/i.test(last.name) ? 0 : 2) + (/test|val|eval/i.test(last.phase ?? "") ? 0 : 1);
  return [...run.metrics].sort((a, b) => rank(a) - rank(b))[0];
}

/** One request for each series that the runs have, not one for each run. */
async function readCurves(runs: readonly Run[]): Promise<Curves> {
  const bySeries = new Map<string, { name: string; phase: string; runs: string[] }>();
  for (const run of runs) {
    const metric = mainMetric(run)?.last;
    if (!metric) continue;
    const { name, phase = "" } = metric;
    const known = bySeries.get(`${phase}/${name}`) ?? { name, phase, runs: [] };
    bySeries.set(`${phase}/${name}`, { ...known, runs: [...known.runs, run.uuid] });
  }
  const asked = [...bySeries.values()].map(({ name, phase, runs: uuids }) =>
    post<{ histories: WireHistory[] }>("/series", {
      runs: uuids,
      series: [[name, phase]],
      budget: 64 * uuids.length,
    }),
  );
  const answers = await Promise.all(asked);
  return new Map(answers.flatMap(({ histories }) => histories.map(({ aggregate, series }) => [aggregate, series])));
}

interface RunningProps {
  run: Run;
  now: number;
  colour: string;
  curve: Curve | undefined;
}

function Running({ run, now, colour, curve }: RunningProps): JSX.Element {
  const metric = mainMetric(run);
  const others = run.metrics.filter((other) => other !== metric).slice(0, 3);
  const total = totalEpochs(run);
  const epoch = epochOf(run);
  const left = curve && total !== undefined ? remaining(curve.epochs, curve.times, epoch, total) : undefined;
  const silent = silence(run, now);
  const name = run.name || run.id;
  return (
    <article class="card live-run" aria-label={name.slice(0, 80)}>
      <header>
        <span class="dot" style={{ background: colour }} />
        <a href={pages.run(run.uuid)} class="ellipsis" dir="auto">
          {name}
        </a>
        {silent === undefined ? <StatusBadge status={run.status} /> : <Stalled silent={silent} />}
      </header>
      <a class="muted ellipsis" href={pages.experiment(run.experiment_name)}>
        {run.experiment_name}
      </a>
      <div class="live-metric">
        {metric ? (
          <div>
            <span class="muted">{label(metric.last)}</span>
            <strong>{value(metric.last)}</strong>
          </div>
        ) : (
          <span class="muted">no metric yet</span>
        )}
        <Spark values={curve?.numbers} colour={colour} label={`${metric ? label(metric.last) : ""} of ${name}`} />
      </div>
      {others.length > 0 && (
        <p class="run-card-facts">
          {others.map(({ last }) => (
            <span key={label(last)}>
              <span class="muted">{label(last)}</span> {value(last)}
            </span>
          ))}
        </p>
      )}
      {total !== undefined && <Progress done={epoch} total={total} label={`Epoch ${epoch} of ${total}`} />}
      <p class="muted">
        Epoch {epoch}
        {total !== undefined && ` of ${total}`}
        {run.attempt && `, for ${duration((now - Date.parse(run.attempt.started)) / 1000)}`}
        {left !== undefined && left >= 1 && `, ${duration(left)} left`}
      </p>
    </article>
  );
}

const label = ({ name, phase }: MetricPoint): string => seriesTitle(name, phase);

function value({ value: found }: MetricPoint): string {
  const asNumber = toNumber(found);
  return asNumber === undefined ? "–" : number(asNumber);
}
