/** Where there is nothing under an id: what is near, and a way to look for it. */
import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import type { Problem } from "../api.ts";
import { get } from "../api.ts";
import { plural } from "../format.ts";
import { go } from "../router.ts";
import { pages } from "../routes.ts";
import type { Run } from "../types.ts";
import { useTitle } from "../use.ts";
import { experiments, readExperiments } from "./experiment.ts";

export type What = "run" | "experiment" | "component" | "page";

interface Props {
  what: What;
  id: string;
  problem?: Problem;
}

interface Near {
  text: string;
  note: string;
  to: string;
}

export function Missing({ what, id, problem }: Props): JSX.Element {
  const [near, setNear] = useState<readonly Near[]>([]);
  const isAmbiguous = problem?.status === 300;
  const shown = id.length > 80 ? `${id.slice(0, 80)}…` : id;
  useTitle(isAmbiguous ? `Which ${what}?` : "Not here");
  useEffect(() => {
    let isWanted = true;
    nearest(what, id, problem).then((found) => isWanted && setNear(found), () => undefined);
    return () => {
      isWanted = false;
    };
  }, [what, id]);
  return (
    <div class="page missing">
      <h1>
        {isAmbiguous ? `Which ${what} is ` : what === "page" ? "No page " : `No ${what} `}
        <code>{shown}</code>
        {isAmbiguous ? "?" : " here"}
      </h1>
      {problem?.hint && near.length === 0 && <p class="muted">{problem.hint}</p>}
      {near.length > 0 && (
        <>
          <h2>{isAmbiguous ? "It may be" : "Near it"}</h2>
          <ul class="near">
            {near.map(({ text, note, to }) => (
              <li key={to}>
                <a href={to} class="ellipsis">
                  {text}
                </a>{" "}
                <span class="muted">{note}</span>
              </li>
            ))}
          </ul>
        </>
      )}
      <form
        class="row"
        role="search"
        onSubmit={(event) => {
          event.preventDefault();
          const sought = new FormData(event.currentTarget).get("sought");
          if (typeof sought === "string" && sought !== "") go(pages.run(sought));
        }}
      >
        <input name="sought" aria-label="Find a run by id or name" placeholder="Find a run by id or name" />
        <button type="submit" class="button primary">
          Find
        </button>
        <a class="button plain" href="/">
          All experiments
        </a>
      </form>
    </div>
  );
}

const NEAREST = 3;

/** What the server names, else the runs or experiments whose names are written most alike. */
async function nearest(what: What, id: string, problem: Problem | undefined): Promise<Near[]> {
  if (what === "run" && problem?.status === 300) {
    const { runs } = await get<{ runs: Run[] }>("/runs", { runs: problem.candidates.join(",") });
    return runs.map((run) => {
      const near = nearRun(run);
      return near.text === run.id ? near : { ...near, text: `${near.text} (${run.id})` };
    });
  }
  if (problem && problem.candidates.length > 0) {
    const page = what === "component" ? pages.component : what === "experiment" ? pages.experiment : pages.run;
    return problem.candidates.map((candidate) => ({ text: candidate, note: "", to: page(candidate) }));
  }
  if (what === "page" || what === "component") return [];
  if (what === "experiment") {
    if (!experiments.peek()) await readExperiments();
    const all = (experiments.peek() ?? []).map(({ name, runs }) => ({
      text: name,
      note: plural(runs, "run"),
      to: pages.experiment(name),
    }));
    return closest(all, id);
  }
  const found = await get<{ runs: Run[] }>("/runs", { limit: 1000 }).catch(() => ({ runs: [] }));
  return closest(found.runs.map(nearRun), id);
}

const nearRun = (run: Run): Near => ({ text: run.name || run.id, note: run.experiment_name, to: pages.run(run.uuid) });

function closest(all: readonly Near[], id: string): Near[] {
  const lower = id.toLowerCase();
  const ranked = all.map((near) => ({ near, distance: distance(near.text.toLowerCase().slice(0, 64), lower.slice(0, 64)) }));
  return ranked
    .sort((a, b) => a.distance - b.distance)
    .slice(0, NEAREST)
    .map(({ near }) => near);
}

/** How many letters have to change (Levenshtein). */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, at) => at);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const change = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(change, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
