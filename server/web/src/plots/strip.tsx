/** A few plots above the table: the runs that are selected, or the best of those that are shown. */
import type { JSX } from "preact";
import { useMemo } from "preact/hooks";
import { PlotCard } from "./card.tsx";
import type { PlotRun } from "./run.ts";
import { useSame } from "./same.ts";
import { useSchema } from "./schema.ts";
import { stemsOf, trainingOf } from "./stems.ts";
import { shown } from "./view.ts";

const HEIGHT = 150;
const FEW = 3;

interface Props {
  experiment: string;
  /** In the order in which they are coloured. */
  runs: readonly PlotRun[];
  /** The metrics to draw; the first few of the experiment where none are named. */
  metrics?: readonly string[];
}

export default function Strip({ experiment, metrics, ...props }: Props): JSX.Element {
  const runs = useSame(props.runs);
  const schema = useSchema(experiment);
  const stems = useMemo(() => {
    const found = stemsOf(schema?.metrics ?? []);
    const all = (shown.value === "train" ? trainingOf(found) : found).filter(({ series }) => series.some(({ phase }) => phase !== "system"));
    const named = metrics?.flatMap((name) => all.filter(({ series }) => series.some((one) => one.name === name)));
    return [...new Set([...(named ?? []), ...all])].slice(0, FEW);
  }, [schema, metrics?.join(), shown.value]);
  return (
    <div class="plot-strip">
      {stems.map((stem) => (
        <PlotCard key={stem.name} experiment={experiment} stem={stem} runs={runs} height={HEIGHT} isCompact />
      ))}
    </div>
  );
}
