/** What stands beside the pointer: which run, how it differs, and the exact point. */
import type { JSX } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";
import { number } from "../format.ts";
import { seriesTitle } from "../names.ts";
import { beside } from "./beside.ts";
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
  /** Where the point is within the plot, and how wide that is; and the pointer, where it is one that points. */
  pixel: { x: number; y: number; width: number };
  pointer: { x: number; y: number } | undefined;
}

export function Tooltip({ near, picture, run, colour, smoothing, pixel, pointer }: Props): JSX.Element {
  const { trace, group, at, slot } = near;
  const tip = useRef<HTMLDivElement>(null);
  // How large it is, is known once it is there.
  useLayoutEffect(() => {
    const box = tip.current;
    const frame = box?.offsetParent?.getBoundingClientRect();
    if (!box || !frame) return;
    const inWindow = ({ x, y }: { x: number; y: number }) => ({ x: frame.left + x, y: frame.top + y });
    const room = { width: document.documentElement.clientWidth, height: innerHeight };
    const size = { width: box.offsetWidth, height: box.offsetHeight };
    const { x, y } = beside(inWindow(pixel), pointer && inWindow(pointer), size, room, pixel.x > pixel.width / 2);
    box.style.left = `${x - frame.left}px`;
    box.style.top = `${y - frame.top}px`;
  });
  const differing = Object.entries(run?.differing ?? {});
  const drawn = near.y[slot];
  const name = run?.name ?? trace.run.slice(0, 8);
  return (
    <>
      <span class="plot-dot" style={{ left: `${pixel.x}px`, top: `${pixel.y}px`, background: colour }} />
      <div class="plot-tip" ref={tip}>
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
