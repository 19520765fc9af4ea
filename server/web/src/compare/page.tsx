/** Runs side by side: in what they differ first, and what is equal only when it is asked for. */
import type { ComponentType, JSX } from "preact";
import { useEffect, useMemo, useState } from "preact/hooks";
import { get, post, type Problem } from "../api.ts";
import { plural } from "../format.ts";
import { Missing } from "../frame/missing.tsx";
import { useKeys } from "../keys.ts";
import type { PlotRun } from "../plots/run.ts";
import { bound, go } from "../router.ts";
import { pages } from "../routes.ts";
import type { Comparison, Schema } from "../types.ts";
import { Button, ErrorBox, Skeleton } from "../ui/parts.tsx";
import { asProblem, useTitle } from "../use.ts";
import { Matrix } from "./matrix.tsx";
import { sections, shown } from "./rows.ts";

const wanted = bound("ids");
/** `0` shows what is equal as well. */
const diff = bound("diff", "1");
const base = bound("base");

export default function ComparePage(): JSX.Element {
  const ids = wanted.value.split(",").filter(Boolean);
  const [found, setFound] = useState<Comparison>();
  const [metrics, setMetrics] = useState<Schema["metrics"]>([]);
  const [problem, setProblem] = useState<Problem>();
  const [turn, setTurn] = useState(0);
  useTitle(`Compare ${plural(ids.length, "run")}`);
  useKeys({ d: ["Differences only", () => diff.set(diff.peek() === "1" ? "0" : "1", "replace")] });
  useEffect(() => {
    if (ids.length < 2) return;
    const stop = new AbortController();
    compare(ids, stop.signal).then(
      ([comparison, schema]) => {
        setFound(comparison);
        setMetrics(schema?.metrics ?? []);
        setProblem(undefined);
      },
      (error: unknown) => !stop.signal.aborted && setProblem(asProblem(error)),
    );
    return () => stop.abort();
  }, [wanted.value, turn]);
  const isDiffOnly = diff.value === "1";
  const all = useMemo(
    () => (found ? sections(found.differences, isDiffOnly ? [] : found.equal, metrics) : []),
    [found, metrics, isDiffOnly],
  );

  if (ids.length < 2) return <TooFew ids={ids} />;
  if (problem?.status === 404) return <Missing what="run" id={ids.join(", ")} problem={problem} />;
  if (problem) return <ErrorBox problem={problem} again={() => setTurn(turn + 1)} />;
  if (!found) return <Skeleton />;
  const at = Math.max(0, found.runs.findIndex(({ uuid, id }) => uuid === base.value || id === base.value));
  return (
    <div class="page wide">
      <div class="toolbar">
        <h1>Compare {plural(found.runs.length, "run")}</h1>
        <span class="bar-space" />
        <label class="check">
          <input
            type="checkbox"
            checked={isDiffOnly}
            onChange={(event) => diff.set(event.currentTarget.checked ? "1" : "0", "replace")}
          />
          Differences only
          <span class="muted">{isDiffOnly ? `${plural(found.equal.length, "equal row")} hidden` : ""}</span>
        </label>
      </div>
      {all.length === 0 ? (
        <p class="muted">They are equal in everything that was recorded.</p>
      ) : (
        <Matrix
          runs={found.runs}
          sections={all}
          base={at}
          setBase={(to) => base.set(to === 0 ? "" : (found.runs[to]?.uuid ?? ""))}
          remove={(uuid) => wanted.set(found.runs.filter((run) => run.uuid !== uuid).map((run) => run.uuid).join(","))}
        />
      )}
      <Plots found={found} />
    </div>
  );
}

/** The comparison, and which direction of the metrics is better. */
async function compare(ids: readonly string[], signal: AbortSignal): Promise<[Comparison, Schema | undefined]> {
  const comparison = await post<Comparison>("/compare", { runs: ids }, signal);
  const experiment = comparison.runs[0]?.experiment ?? "";
  const path = `/experiments/${encodeURIComponent(experiment)}/schema`;
  return [comparison, await get<Schema>(path, {}, signal).catch(() => undefined)];
}

function TooFew({ ids }: { ids: readonly string[] }): JSX.Element {
  return (
    <div class="page">
      <h1>Compare runs</h1>
      <p>Select two runs or more in a table, and press Compare or the key c.</p>
      <p class="row">
        <Button kind="primary" onClick={() => go("/")}>
          All experiments
        </Button>
        {ids[0] && <a href={pages.run(ids[0])}>The run {ids[0]}</a>}
      </p>
    </div>
  );
}

interface OverlayProps {
  experiment: string;
  runs: readonly PlotRun[];
}

/** Their curves over each other, where all are of one experiment. */
function Plots({ found }: { found: Comparison }): JSX.Element | null {
  const [Overlay, setOverlay] = useState<ComponentType<OverlayProps>>();
  useEffect(() => {
    let isWanted = true;
    import("../plots/overlay.tsx").then(
      ({ default: loaded }) => isWanted && setOverlay(() => loaded),
      () => undefined,
    );
    return () => {
      isWanted = false;
    };
  }, []);
  const runs = useMemo(() => found.runs.map((run, at) => ({ uuid: run.uuid, name: run.name || run.id, differing: factsOf(found, at) })), [found]);
  const experiment = found.runs[0]?.experiment ?? "";
  const isOfOne = found.runs.every((run) => run.experiment === experiment);
  return Overlay && isOfOne ? <Overlay experiment={experiment} runs={runs} /> : null;
}

const FACTS = 6;

function factsOf({ differences }: Comparison, at: number): Record<string, string> {
  const facts = differences.filter(({ name }) => name.includes(".") && !name.startsWith("metric.")).slice(0, FACTS);
  return Object.fromEntries(facts.map(({ name, values }) => [name.slice(name.lastIndexOf(".") + 1), shown(values[at], false)]));
}
