/** Why runs differ: parallel coordinates, a scatter plot, and the effect of each argument. */
import type { JSX } from "preact";
import { useEffect } from "preact/hooks";
import { accepted } from "../filter/state.ts";
import { count } from "../format.ts";
import { readSchema, schema } from "../frame/experiment.ts";
import { Choice } from "../plots/choice.tsx";
import { NoRuns } from "../plots/no-runs.tsx";
import { bound } from "../router.ts";
import type { PageProps } from "../routes.ts";
import { ErrorBox, Skeleton, Tabs } from "../ui/parts.tsx";
import { useGet, useTitle } from "../use.ts";
import { filterOfAxes } from "./brush.ts";
import { chosenMetric, metricFields, shortName, useExplored, type Explored } from "./data.ts";
import { Importance, type Effect } from "./importance.tsx";
import { Parallel } from "./parallel.tsx";
import { Scatter } from "./scatter.tsx";

const TABS = [
  { key: "pc", text: "Parallel coordinates" },
  { key: "scatter", text: "Scatter" },
  { key: "importance", text: "Importance" },
];

const kind = bound("kind", "pc");

export default function ExplorePage({ name }: PageProps): JSX.Element {
  useTitle(`Explore ${name}`);
  useEffect(() => void readSchema(), [name]);
  const query = accepted.value === undefined ? undefined : filterOfAxes(accepted.value);
  const { data, problem, again } = useExplored(name, query);
  const isEffectShown = kind.value !== "pc" && data !== undefined && data.metric !== "";
  const effects = useGet<Effect[]>(
    isEffectShown ? `/experiments/${encodeURIComponent(name)}/importance` : undefined,
    { metric: data?.metric, query },
  );
  return (
    <div class="page explore-page">
      <h1 class="page-title">Explore</h1>
      <div class="explore-bar">
        <Tabs label="Kind of picture" tabs={TABS} current={kind.value} choose={(key) => kind.set(key)} />
        {data && <MetricChoice data={data} />}
        {data && data.total > data.uuids.length && (
          <span class="muted">
            the first {data.uuids.length} of {count(data.total)} runs
          </span>
        )}
      </div>
      {problem && <ErrorBox problem={problem} again={again} />}
      {!data && !problem && <Skeleton lines={8} />}
      {data && <Content data={data} effects={effects} />}
    </div>
  );
}

function Content({ data, effects }: { data: Explored; effects: ReturnType<typeof useGet<Effect[]>> }): JSX.Element {
  if (data.uuids.length === 0) return <NoRuns />;
  if (data.fields.length === 0) {
    return <p class="muted">These runs do not differ in any argument or parameter.</p>;
  }
  if (kind.value === "pc") return <Parallel data={data} />;
  if (data.metric === "") return <p class="muted">These runs have no metric to explain.</p>;
  if (kind.value === "importance") return <Importance answer={effects} metric={data.metric} />;
  const sorted = [...(effects.data ?? [])].sort((a, b) => b.share - a.share);
  return <Scatter data={data} usual={sorted.map(({ field }) => field)} />;
}

function MetricChoice({ data }: { data: Explored }): JSX.Element {
  const options = metricFields(schema.value?.metrics ?? []);
  const isListed = data.metric === "" || options.some(({ value }) => value === data.metric);
  const all = isListed ? options : [{ value: data.metric, label: shortName(data.metric) }, ...options];
  return <Choice label="Metric" value={data.metric} options={all} set={(field) => chosenMetric.set(field)} />;
}
