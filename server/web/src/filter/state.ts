/** The filter: what is typed, and the last text of it that the server has understood. */
import { effect, signal } from "@preact/signals";
import { get, Problem } from "../api.ts";
import { experiment } from "../frame/experiment.ts";
import { bound } from "../router.ts";
import { asProblem } from "../use.ts";

/** What is typed; part of the address. */
export const typed = bound("q");

/** What table and plots are filtered by: stays what it was while something wrong is typed. */
export const accepted = signal<string | undefined>(undefined);

/** The same as the command line has it. */
export const longForm = signal("");

/** What is wrong with what is typed. */
export const problem = signal<Problem | undefined>(undefined);

/**
 * The word that is being typed, where it is the beginning of a name: `lr` of `lr>0.01` would be sought in
 * all texts for a moment, and the table be empty. It counts when it is left or followed by something.
 */
export const unfinished = signal<{ start: number; end: number } | undefined>(undefined);

let asked = new AbortController();

/** Each change of the text is understood by the server, which alone knows the language. */
effect(() => {
  const { start, end } = unfinished.value ?? { start: 0, end: 0 };
  const text = (typed.value.slice(0, start) + typed.value.slice(end)).trim();
  const name = experiment.value;
  asked.abort();
  asked = new AbortController();
  if (text === "") {
    problem.value = undefined;
    longForm.value = "";
    accepted.value = "";
    return;
  }
  if (name !== undefined) void understand(name, text, asked.signal);
});

async function understand(name: string, text: string, signal: AbortSignal): Promise<void> {
  try {
    const { query } = await get<{ query: string }>("/filter", { experiment: name, text }, signal);
    if (signal.aborted) return;
    problem.value = undefined;
    longForm.value = query;
    accepted.value = text;
  } catch (error) {
    if (signal.aborted) return;
    problem.value = asProblem(error);
    // An address may hold a filter that was never understood: all runs are shown under its error.
    accepted.value ??= "";
  }
}
