/** All metrics of the runs that the filter finds, or of those that are selected. */
import type { JSX } from "preact";
import { useEffect, useMemo, useState } from "preact/hooks";
import { on } from "../events.ts";
import { accepted } from "../filter/state.ts";
import { readSchema, schema } from "../frame/experiment.ts";
import { useKeys } from "../keys.ts";
import type { PageProps } from "../routes.ts";
import { selected } from "../state.ts";
import { ErrorBox, Skeleton } from "../ui/parts.tsx";
import { useTitle } from "../use.ts";
import { LengthBanner } from "./banner.tsx";
import { facetFields, facetsOf } from "./facets.ts";
import { PlotGrid } from "./grid.tsx";
import { drawnGroups, useGroups } from "./groups.ts";
import { Legend } from "./legend.tsx";
import { useRuns, type FoundRuns } from "./runs.ts";
import { stemsOf, type Stem } from "./stems.ts";
import { runStyles } from "./styles.ts";
import { Toolbar } from "./toolbar.tsx";
import { NoRuns } from "./no-runs.tsx";
import { facet, plotKeys, spread } from "./view.ts";

export default function PlotsPage({ name }: PageProps): JSX.Element {
  useTitle(`Plots of ${name}`);
  useKeys(plotKeys);
  const [turn, setTurn] = useState(0);
  useEffect(() => void readSchema(turn > 0), [name, turn]);
  const query = accepted.value;
  const { data, problem, again } = useRuns(name, query, selected.value, turn);
  const news = useNewRuns(name, data);
  const found = useGroups(name, query, spread.value !== undefined);
  const groups = useMemo(() => found && drawnGroups(found, data?.runs ?? []), [found, data]);
  const stems = useMemo(() => ordered(stemsOf(schema.value?.metrics ?? []), data), [schema.value, data]);
  const facets = useMemo(() => facetsOf(facet.value, data?.runs ?? []), [data, facet.value]);
  const splits = useMemo(() => facetFields(data?.runs ?? []), [data]);
  const styles = useMemo(() => runStyles(data?.runs ?? [], groups), [data, groups]);
  return (
    <div class="page plots-page">
      <h1 class="page-title">Plots</h1>
      {data?.runs.length !== 0 && <Toolbar stems={stems} canGroup={(data?.runs.length ?? 0) > 1} splits={splits} />}
      {data && data.runs.length > 0 && <Legend runs={data.runs} total={data.total} {...{ styles, groups }} />}
      <LengthBanner />
      {news > 0 && (
        <button
          type="button"
          class="button pill"
          onClick={() => setTurn(turn + 1)}
        >
          {news === 1 ? "1 new run" : `${news} new runs`}: show
        </button>
      )}
      {problem && <ErrorBox problem={problem} again={again} />}
      {!data && !problem && <Skeleton lines={8} />}
      {data?.runs.length === 0 && <NoRuns />}
      {data && data.runs.length > 0 && schema.value && (
        <PlotGrid experiment={name} runs={data.runs} {...{ groups, facets, stems }} />
      )}
    </div>
  );
}

/** The metric that runs are ordered by is first, and the figures of the machine are last. */
function ordered(stems: Stem[], data: FoundRuns | undefined): Stem[] {
  const primary = data?.primary?.metric;
  const rank = ({ name, series }: Stem): number => {
    if (series.some((one) => one.name === primary)) return 0;
    return series.every(({ phase }) => phase === "system") ? 2 : name.includes("/") ? 1.5 : 1;
  };
  return [...stems].sort((a, b) => rank(a) - rank(b));
}

/** How many runs have come since; they are drawn when that is asked for, as colours would change. */
function useNewRuns(experiment: string, data: FoundRuns | undefined): number {
  const [fresh, setFresh] = useState<ReadonlySet<string>>(new Set());
  useEffect(() => {
    setFresh(new Set());
    if (!data) return;
    const known = new Set(data.runs.map(({ uuid }) => uuid));
    const read = Date.now();
    return on("run", (run) => {
      if (!("uuid" in run) || known.has(run.uuid) || run.experiment_name !== experiment) return;
      // One that was there before is left out by the filter.
      if (Date.parse(run.created) > read) setFresh((before) => new Set([...before, run.uuid]));
    });
  }, [data]);
  return fresh.size;
}
