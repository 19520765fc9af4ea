/** The points of a plot as a table, for those who do not see it, and for a closer look. */
import type { JSX } from "preact";
import { count } from "../format.ts";
import { Dialog } from "../ui/dialog.tsx";
import type { Picture } from "./picture.ts";
import type { PlotRun } from "./run.ts";
import { exactly } from "./words.ts";

/** More lines than this nobody reads here; the CSV has all. */
const MOST = 500;

interface Props {
  title: string;
  picture: Picture;
  runs: Map<string, PlotRun>;
  close: () => void;
}

export function PointsTable({ title, picture, runs, close }: Props): JSX.Element {
  const points = picture.traces.flatMap((trace) =>
    [...trace.from].filter((at) => at >= 0).map((at) => ({ trace, at })),
  );
  return (
    <Dialog title={`${title}: the points that are drawn`} close={close}>
      {points.length > MOST && (
        <p class="muted">
          The first {count(MOST)} of {count(points.length)}. The export as CSV has all points.
        </p>
      )}
      <div class="points-scroll" tabIndex={0} role="region" aria-label={`Points of ${title}`}>
        <table class="points">
          <thead>
            <tr>
              <th scope="col">Run</th>
              <th scope="col">Phase</th>
              <th scope="col" class="figure">Epoch</th>
              <th scope="col" class="figure">Step</th>
              <th scope="col" class="figure">Value</th>
            </tr>
          </thead>
          <tbody>
            {points.slice(0, MOST).map(({ trace, at }) => (
              <tr key={`${trace.run} ${trace.phase} ${at}`}>
                <td>{runs.get(trace.run)?.name ?? trace.run.slice(0, 8)}</td>
                <td>{trace.phase}</td>
                <td class="figure">{trace.line.epochs[at]}</td>
                <td class="figure">{trace.line.steps[at]}</td>
                <td class="figure">{exactly(trace.values[at]!)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </Dialog>
  );
}
