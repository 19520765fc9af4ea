/** The plots of runs that are compared, and below them what they were made of. */
import type { JSX } from "preact";
import { useMemo } from "preact/hooks";
import { useExplored } from "../explore/data.ts";
import { Parallel } from "../explore/parallel.tsx";
import { useKeys } from "../keys.ts";
import { LengthBanner } from "./banner.tsx";
import { PlotGrid } from "./grid.tsx";
import { Legend } from "./legend.tsx";
import type { PlotRun } from "./run.ts";
import { useSame } from "./same.ts";
import { useSchema } from "./schema.ts";
import { stemsOf } from "./stems.ts";
import { runStyles } from "./styles.ts";
import { Toolbar } from "./toolbar.tsx";
import { plotKeys } from "./view.ts";

interface Props {
  /** The experiment whose metrics are drawn; the runs may be of others too. */
  experiment: string;
  runs: readonly PlotRun[];
}

export default function Overlay({ experiment, ...props }: Props): JSX.Element {
  const runs = useSame(props.runs);
  useKeys(plotKeys);
  const schema = useSchema(experiment);
  const stems = useMemo(
    () => stemsOf(schema?.metrics ?? []).filter(({ series }) => series.some(({ phase }) => phase !== "system")),
    [schema],
  );
  const styles = useMemo(() => runStyles(runs), [runs]);
  const { data } = useExplored(undefined, "", runs.map(({ uuid }) => uuid).join(","));
  return (
    <div class="overlay">
      <Toolbar stems={stems} canGroup={false} />
      <Legend runs={runs} total={runs.length} styles={styles} groups={undefined} />
      <LengthBanner />
      {schema && <PlotGrid {...{ experiment, stems, runs }} hasDifference={runs.length === 2} />}
      {data && data.fields.length > 0 && <Parallel data={data} />}
    </div>
  );
}
