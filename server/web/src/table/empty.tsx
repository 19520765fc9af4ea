/** What is shown where the filter leaves no run. */
import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { hardestTerm } from "../filter/terms.ts";
import { typed } from "../filter/state.ts";
import { count, plural } from "../format.ts";
import { experiments } from "../frame/experiment.ts";
import { Button } from "../ui/parts.tsx";

export function EmptyFilter({ experiment, query }: { experiment: string; query: string }): JSX.Element {
  const [hardest, setHardest] = useState<{ term: string; runs: number; without: string }>();
  useEffect(() => {
    const stop = new AbortController();
    setHardest(undefined);
    hardestTerm(experiment, query, stop.signal).then(
      (found) => !stop.signal.aborted && setHardest(found),
      () => undefined,
    );
    return () => stop.abort();
  }, [experiment, query]);
  const all = experiments.value?.find(({ name }) => name === experiment)?.runs;
  return (
    <div class="empty">
      <h2>0 of {all === undefined ? "all" : plural(all, "run")}</h2>
      <p>No run fits the filter.</p>
      {hardest && hardest.runs > 0 && (
        <p>
          <code>{hardest.term}</code> excludes most: without it there are {count(hardest.runs)}.
        </p>
      )}
      <p class="row">
        <Button kind="primary" onClick={() => typed.set("")}>
          Clear
        </Button>
        {hardest && hardest.runs > 0 && (
          <Button onClick={() => typed.set(hardest.without)}>Without {hardest.term}</Button>
        )}
      </p>
    </div>
  );
}
