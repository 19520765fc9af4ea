/** The experiment that is open, and what the server and the experiments are: what many parts read. */
import { computed, effect, signal } from "@preact/signals";
import { get, type Problem } from "../api.ts";
import { on } from "../events.ts";
import { current } from "../routes.ts";
import type { About, Experiment, Schema } from "../types.ts";
import { asProblem } from "../use.ts";

/** The name of the experiment that the address names. */
export const experiment = computed(() => current.value.experiment);

export const about = signal<About | undefined>(undefined);
export const experiments = signal<readonly Experiment[] | undefined>(undefined);
export const experimentsProblem = signal<Problem | undefined>(undefined);

/** What the runs of the open experiment have. */
export const schema = signal<Schema | undefined>(undefined);

/** Why nothing can be changed here; none where it can. */
export const cannotWrite = computed(() => {
  if (about.value?.read_only) return "The server was started with --read-only.";
  if (about.value?.role === "read") return "Your token may only read.";
  return undefined;
});

export async function readAbout(): Promise<void> {
  about.value = await get<About>("/about").catch(() => undefined);
}

interface Page {
  experiments: Experiment[];
  next?: string | null;
}

export async function readExperiments(): Promise<void> {
  try {
    const all: Experiment[] = [];
    let after: string | undefined;
    do {
      const page: Page = await get<Page>("/experiments", { limit: 1000, after });
      all.push(...page.experiments);
      after = page.next ?? undefined;
    } while (after !== undefined);
    experiments.value = all;
    experimentsProblem.value = undefined;
  } catch (error) {
    experimentsProblem.value = asProblem(error);
  }
}

/** The experiment whose schema is on its way. */
let asked: string | undefined;

/** What is on its way is enough, unless it may be `old`. */
export async function readSchema(old = false): Promise<void> {
  const name = experiment.peek();
  if (name === undefined || (name === asked && !old)) return;
  asked = name;
  const found = await get<Schema>(`/experiments/${encodeURIComponent(name)}/schema`).catch(() => undefined);
  if (asked === name) asked = undefined;
  if (found && name === experiment.peek()) schema.value = found;
}

/** The schema belongs to one experiment; it is read when something needs it. */
effect(() => {
  void experiment.value;
  schema.value = undefined;
});

let waiting: ReturnType<typeof setTimeout> | undefined;

/** Many runs may change at once; the list is read again when they have. */
export function followExperiments(): () => void {
  const later = (): void => {
    clearTimeout(waiting);
    waiting = setTimeout(() => void readExperiments(), 500);
  };
  const ends = [on("experiment", later), on("reset", later), on("run", later)];
  return () => ends.forEach((end) => end());
}
