/** Which part of a filter leaves the fewest runs. */
import { get } from "../api.ts";

/** The parts that stand side by side; nothing where the filter has another form. */
export function termsOf(text: string): string[] {
  const terms = text.match(/(?:"[^"]*"|'[^']*'|\([^()]*\)|[^\s()"'])+/g) ?? [];
  const isPlain = !terms.some((term) => /^(and|or|not)$/i.test(term));
  return isPlain && terms.length > 1 ? terms : [];
}

/** The term without which most runs are found, and how many these are. */
export async function hardestTerm(
  experiment: string,
  text: string,
  signal: AbortSignal,
): Promise<{ term: string; runs: number; without: string } | undefined> {
  const terms = termsOf(text);
  const asked = terms.map(async (term, at) => {
    const without = terms.filter((_, other) => other !== at).join(" ");
    const values = { experiment, query: without, columns: "id", limit: 1, total: true };
    const { total } = await get<{ total: number }>("/table", values, signal);
    return { term, runs: total, without };
  });
  const found = await Promise.all(asked);
  return found.sort((a, b) => b.runs - a.runs)[0];
}
