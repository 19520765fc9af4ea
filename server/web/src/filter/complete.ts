/** What may follow in a filter: names of the schema, and then the values that there are. */
import { exact } from "../format.ts";
import { seriesTitle } from "../names.ts";
import type { Schema } from "../types.ts";

export interface Choice {
  /** What takes the place of the word. */
  insert: string;
  /** What it stands for, and in how many runs. */
  note: string;
}

/** The word around a place in a text: quotes may hold spaces. */
export function wordAt(text: string, caret: number): { start: number; end: number; word: string } {
  let start = 0;
  let quote = "";
  for (let at = 0; at < caret; at++) {
    const char = text[at] ?? "";
    if (quote) quote = char === quote ? "" : quote;
    else if (char === '"' || char === "'") quote = char;
    else if (/[\s()]/.test(char)) start = at + 1;
  }
  let end = caret;
  while (end < text.length && !/[\s()]/.test(text[end] ?? "")) end++;
  return { start, end, word: text.slice(start, caret) };
}

const MOST = 12;

export function choices(word: string, schema: Schema): Choice[] {
  const compared = /^(.+?)(<=|>=|!=|=|<|>)(.*)$/s.exec(word);
  if (compared) return values(compared[1] ?? "", compared[2] ?? "", compared[3] ?? "", schema);
  if (word.startsWith("status:")) {
    return STATUSES.map((status) => ({ insert: `status:${status}`, note: "" })).filter(startsWith(word));
  }
  if (word.startsWith("#") || word.startsWith("~")) return [];
  const lower = word.toLowerCase();
  const found = names(schema).filter(({ insert }) => insert.toLowerCase().includes(lower));
  const rank = ({ insert }: Choice): number => (insert.toLowerCase().startsWith(lower) ? 0 : 1);
  return found.sort((a, b) => rank(a) - rank(b)).slice(0, MOST);
}

const STATUSES = ["running", "finished", "failed", "lost", "unknown"];
const startsWith = (word: string) => (choice: Choice) => choice.insert.startsWith(word);

/** Whether a word is the beginning of a name. */
export function beginsName(word: string, schema: Schema): boolean {
  const lower = word.toLowerCase();
  return word !== "" && names(schema).some(({ insert }) => insert.toLowerCase().startsWith(lower));
}

/** Short names, where they name one field alone. */
function names(schema: Schema): Choice[] {
  const fields = schema.fields.filter(({ field }) => !field.startsWith("tag."));
  const shorts = fields.map(({ field }) => shortName(field, schema));
  const choices = fields.map(({ runs, distinct }, at) => ({
    insert: shorts[at] ?? "",
    note: distinct === 1 ? `1 value, ${runs} runs` : `${distinct} values, ${runs} runs`,
  }));
  for (const { name, phases, runs } of schema.metrics) {
    const all = phases.length === 0 ? [""] : phases;
    for (const phase of all) choices.push({ insert: seriesTitle(name, phase), note: `metric, ${runs} runs` });
  }
  const tags = schema.fields.filter(({ field }) => field.startsWith("tag."));
  choices.push(...tags.map(({ field, runs }) => ({ insert: `tag:${field.slice(4)}`, note: `${runs} runs` })));
  choices.push({ insert: "status:", note: "running, finished, failed, lost" });
  choices.push({ insert: "archived=true", note: "those that were put away" });
  return choices;
}

/** `lr` of `optimizer.lr`, where no other field ends so. */
export function shortName(field: string, schema: Schema | undefined): string {
  const last = field.slice(field.lastIndexOf(".") + 1);
  const same = schema?.fields.filter((other) => other.field === last || other.field.endsWith(`.${last}`)) ?? [];
  return same.length > 1 ? field : last;
}

function values(name: string, sign: string, begun: string, schema: Schema): Choice[] {
  const field = schema.fields.find((other) => other.field === name || shortName(other.field, schema) === name);
  if (!field) return [];
  const all = field.values.map(([value, runs]) => ({
    insert: `${name}${sign}${quoted(value)}`,
    note: `${runs} ${runs === 1 ? "run" : "runs"}`,
  }));
  const wanted = `${name}${sign}${begun}`.toLowerCase();
  return all.filter(({ insert }) => insert.toLowerCase().startsWith(wanted)).slice(0, MOST);
}

/** A text with other characters than those of a word stands in quotes. */
function quoted(value: unknown): string {
  const text = exact(value);
  if (typeof value !== "string" || /^[\p{L}\p{N}_\-/]+$/u.test(text)) return text;
  return JSON.stringify(text);
}
