/** Below the top bar: what is wrong with the filter, one click to what was meant, and what is shown meanwhile. */
import { batch } from "@preact/signals";
import type { JSX } from "preact";
import { sentence } from "../format.ts";
import { experiment } from "../frame/experiment.ts";
import { useLate } from "../use.ts";
import { accepted, problem, typed, unfinished } from "./state.ts";

/** A text is wrong for a moment while it is typed: the page below does not move for that. */
const PAUSE = 300;

export function FilterProblem(): JSX.Element | null {
  const found = problem.value;
  const isLate = useLate(found !== undefined, PAUSE);
  if (!found || !isLate || experiment.value === undefined) return null;
  const text = typed.value;
  const start = found.position;
  const meant = /did you mean `([^`]+)`/.exec(found.hint ?? "")?.[1];
  const length = start === undefined ? 0 : (/^[\w./-]+/.exec(text.slice(start))?.[0].length ?? 0);
  const use = (): void =>
    batch(() => {
      unfinished.value = undefined;
      typed.set(text.slice(0, start) + meant + text.slice((start ?? 0) + length), "replace");
    });
  return (
    <p id="filter-problem" class="filter-problem" role="status">
      <span>
        {sentence(found.message.replace(/^cannot read the query: /, ""))} {found.hint && sentence(found.hint)}
      </span>
      {meant && length > 0 && (
        <button type="button" class="button quiet" onPointerDown={(event) => event.preventDefault()} onClick={use}>
          Use {meant}
        </button>
      )}
      <span class="muted">
        Still showing: {accepted.value ? <code>{accepted.value}</code> : "all runs"}
      </span>
    </p>
  );
}
