/** A plot for each metric; where there are very many, those that are looked for. */
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { count } from "../format.ts";
import { bound } from "../router.ts";
import { Button } from "../ui/parts.tsx";
import { PlotCard } from "./card.tsx";
import type { Facet } from "./facets.ts";
import { NearView } from "./near-view.tsx";
import type { PlotRun } from "./run.ts";
import { trainingOf, type Stem } from "./stems.ts";
import { shown } from "./view.ts";

const HEIGHT = 240;
/** Few plots have more room. */
const HIGH = 340;
/** A plot that is not mounted yet is as high as one that is. */
const FRAME = 64;
const MANY = 8;
const FIRST = 60;

/** Words of the names of metrics. */
const wanted = bound("m");

interface Props {
  experiment: string;
  stems: readonly Stem[];
  runs: readonly PlotRun[];
  groups?: string[][] | undefined;
  facets?: readonly Facet[] | undefined;
  hasDifference?: boolean;
}

export function PlotGrid({ experiment, stems, runs, groups, facets, hasDifference = false }: Props): JSX.Element {
  const [most, setMost] = useState(FIRST);
  const all = shown.value === "train" ? trainingOf(stems) : stems;
  const found = all.filter((stem) => isWanted(stem, wanted.value));
  const height = stems.length <= 2 && !facets ? HIGH : HEIGHT;
  return (
    <>
      {all.length > MANY && <MetricFilter shown={found.length} total={all.length} />}
      {found.length === 0 && <p class="muted">There are no metrics{stems.length > 0 ? " of such a name" : ""}.</p>}
      <div class={`plot-grid ${facets ? "of-facets" : ""}`}>
        {found.slice(0, most).map((stem) => (
          <NearView key={stem.name} height={height + FRAME}>
            <PlotCard {...{ experiment, stem, runs, groups, facets, height, hasDifference }} />
          </NearView>
        ))}
      </div>
      {found.length > most && (
        <p class="plot-more">
          <Button onClick={() => setMost(most + FIRST)}>Show more: {count(found.length - most)} are left</Button>
        </p>
      )}
    </>
  );
}

function MetricFilter({ shown, total }: { shown: number; total: number }): JSX.Element {
  return (
    <label class="metric-filter">
      <span>Metrics</span>
      <input
        type="search"
        placeholder="loss accuracy"
        value={wanted.value}
        onInput={(event) => wanted.set(event.currentTarget.value.trim(), "replace")}
      />
      <span class="muted">
        {count(shown)} of {count(total)}
      </span>
    </label>
  );
}

/** Any of the words; all where there is none. */
function isWanted({ name }: Stem, words: string): boolean {
  const all = words.toLowerCase().split(/\s+/).filter(Boolean);
  return all.length === 0 || all.some((word) => name.toLowerCase().includes(word));
}
