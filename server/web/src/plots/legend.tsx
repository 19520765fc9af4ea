/** The runs of the plots: pointing at one raises its lines, and a click hides them. */
import type { JSX } from "preact";
import { count } from "../format.ts";
import { colourOf, hidden, hovered, type Style } from "../state.ts";
import { Button } from "../ui/parts.tsx";
import { hide, pinned, raised, showAll } from "./raise.ts";
import { COLOURED, type PlotRun } from "./run.ts";

interface Props {
  runs: readonly PlotRun[];
  total: number;
  styles: Map<string, Style>;
  /** Which runs are drawn as one. */
  groups: string[][] | undefined;
}

export function Legend({ runs, total, styles, groups }: Props): JSX.Element {
  const away = hidden.value;
  const up = raised.value;
  const pins = pinned.value;
  const names = new Map(runs.map(({ uuid, name }) => [uuid, name]));
  const entries = groups ?? runs.map(({ uuid }) => [uuid]);
  const others = entries.length - COLOURED;
  const gone = runs.filter(({ uuid }) => away.has(uuid)).length;
  return (
    <div class="legend">
      <ul>
        {entries.slice(0, COLOURED).map((members) => {
          const uuid = members[0]!;
          const style = styles.get(uuid);
          const isHidden = members.every((run) => away.has(run));
          const name = `${names.get(uuid) ?? ""}${members.length > 1 ? ` ×${members.length}` : ""}`;
          return (
            <li key={uuid}>
              <button
                type="button"
                class={`legend-run ${up.has(uuid) ? "is-raised" : ""}`}
                aria-pressed={!isHidden}
                title={isHidden ? `Show ${name}` : `Hide ${name}`}
                onPointerEnter={() => (hovered.value = uuid)}
                onPointerLeave={() => (hovered.value = undefined)}
                onClick={() => members.forEach(hide)}
              >
                <span class="swatch" style={{ background: style ? colourOf(style) : "var(--grey)" }} />
                <span class="ellipsis">{name}</span>
                {pins.has(uuid) && <span class="muted">pinned</span>}
              </button>
            </li>
          );
        })}
      </ul>
      {others > 0 && (
        <span class="muted legend-rest">
          <span class="swatch" style={{ background: "var(--grey)" }} /> {others} more in grey
        </span>
      )}
      {gone > 0 && <Button kind="quiet" onClick={showAll}>{`Show ${gone} hidden`}</Button>}
      {total > runs.length && (
        <span class="muted">
          {count(total)} runs match; the best {runs.length} are drawn
        </span>
      )}
    </div>
  );
}
