/** What stands beside the pointer: which run, how it differs, and the exact point. */
import type { JSX } from "preact";
import { number } from "../format.ts";
import { seriesTitle } from "../names.ts";
import type { Near } from "./nearest.ts";
import type { GroupTrace, Picture } from "./picture.ts";
import type { PlotRun } from "./run.ts";
import { exactly, pointPlace } from "./words.ts";

const ARGUMENTS = 8;

interface Props {
  near: Near;
  picture: Picture;
  run: PlotRun | undefined;
  colour: string;
  smoothing: number;
  /** Where the point is within the plot, and how wide that is. */
  pixel: { x: number; y: number; width: number };
}

export function Tooltip({ near, picture, run, colour, smoothing, pixel }: Props): JSX.Element {
  const { trace, group, at, slot } = near;
  const isRight = pixel.x > pixel.width / 2;
  const side = isRight ? { right: `calc(100% - ${pixel.x - 14}px)` } : { left: `${pixel.x + 14}px` };
  const differing = Object.entries(run?.differing ?? {});
  const drawn = near.y[slot];
  const name = run?.name ?? trace.run.slice(0, 8);
  return (
    <>
      <span class="plot-dot" style={{ left: `${pixel.x}px`, top: `${pixel.y}px`, background: colour }} />
      <div class="plot-tip" style={{ ...side, top: `${Math.max(0, pixel.y - 20)}px` }}>
        <p class="plot-tip-name">
          <span class="swatch" style={{ background: colour }} />
          {group && group.runs.length > 1 ? `${name} ×${group.runs.length}` : name}
        </p>
        <p>
          {seriesTitle(trace.line.name, trace.line.phase)}{" "}
          <b>{group ? number(drawn ?? NaN) : exactly(trace.values[at]!)}</b>
        </p>
        {group && <GroupLine group={group} slot={slot} />}
        {!group && smoothing > 0 && typeof drawn === "number" && <p class="muted">smoothed {number(drawn)}</p>}
        {at >= 0 && <p class="muted">{pointPlace(picture, trace, at)}</p>}
        {differing.length > 0 && <Differing differing={differing} />}
      </div>
    </>
  );
}

/** How far a mean spreads, and of how many runs it is where some have ended. */
function GroupLine({ group, slot }: { group: GroupTrace; slot: number }): JSX.Element {
  const [low, high] = [group.low[slot], group.high[slot]];
  const count = group.count[slot]!;
  return (
    <p class="muted">
      mean of {count === group.runs.length ? count : `${count} of ${group.runs.length}`} runs
      {low !== undefined && high !== undefined && `, ${number(low)} to ${number(high)}`}
    </p>
  );
}

function Differing({ differing }: { differing: [string, string][] }): JSX.Element {
  return (
    <dl>
      {differing.slice(0, ARGUMENTS).map(([field, value]) => (
        <div key={field}>
          <dt>{field.replace(/^param\./, "")}</dt>
          <dd>{value}</dd>
        </div>
      ))}
      {differing.length > ARGUMENTS && <div class="muted">and {differing.length - ARGUMENTS} more</div>}
    </dl>
  );
}
