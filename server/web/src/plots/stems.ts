// Which series share a plot: those of one metric in training, and in one phase beside it.

import type { Direction, SchemaMetric } from "../types.ts";

/** A plot: a metric with the series that are drawn for it. */
export interface Stem {
  /** Its title: the metric, and the phase where others of the metric have plots of their own. */
  name: string;
  metric: string;
  series: Series[];
  direction: Direction | undefined;
  unit: string;
}

/** A series, with its name and phase as the server has them, and what it is in its plot. */
interface Series extends Pick<Part, "role"> {
  name: string;
  phase: string;
  /** The phase that the name or the phase says. */
  said: string;
}

/** What a line is in its plot. */
export interface Part {
  role: Role;
  /** As it was logged, as `val`. */
  phase: string;
}

/** Whether a line is of training, or of anything else; `t` shows one, the other or both. */
export type Role = "train" | "test";

/** `layer.2` stands before `layer.10`. */
const natural = new Intl.Collator("en", { numeric: true });

const TRAINING = /^(train|training|fit)$/i;
const TESTING = /^(test|testing|val|valid|validation|eval|evaluation|dev)$/i;
/** Parts of training follow one another: they share a plot, with bands. */
const STAGE = /^((pre|re)[-_]?train(ing)?|fine[-_]?tun(e|ing)|warm[-_]?up)$/i;

/**
 * The plots of an experiment. `loss` in the phases train and test, and `train/loss` and `test/loss`, share
 * the plot of `loss`. Two phases beside training could not be told apart in one plot: each has its own, with
 * the lines of training in it.
 */
export function stemsOf(metrics: SchemaMetric[]): Stem[] {
  const stems = new Map<string, Stem>();
  for (const metric of metrics) {
    for (const phase of metric.phases) {
      const { name, role, said } = stemOf(metric.name, phase);
      const stem = stems.get(name) ?? {
        name,
        metric: name,
        series: [],
        direction: metric.direction ?? undefined,
        unit: metric.unit ?? "",
      };
      stem.series.push({ name: metric.name, phase, role, said });
      stems.set(name, stem);
    }
  }
  // What is tested stands before what is trained: it has the first colour and the solid line.
  for (const stem of stems.values()) stem.series.sort((a, b) => a.role.localeCompare(b.role));
  return [...stems.values()].flatMap(split).sort((a, b) => natural.compare(a.name, b.name));
}

/** A plot for each phase beside training, where there are several. */
function split(stem: Stem): Stem[] {
  const phases = new Set(stem.series.flatMap(({ role, said }) => (role === "test" ? [said] : [])));
  if (phases.size < 2) return [stem];
  return [...phases].map((phase) => ({
    ...stem,
    name: phase ? `${stem.metric}: ${phase}` : stem.metric,
    series: stem.series.filter(({ role, said }) => role === "train" || said === phase),
  }));
}

function stemOf(metric: string, phase: string): { name: string; role: Role; said: string } {
  const slash = metric.indexOf("/");
  const prefix = metric.slice(0, Math.max(slash, 0));
  const isPrefixed = TRAINING.test(prefix) || TESTING.test(prefix);
  const said = isPrefixed ? prefix : phase;
  return {
    name: isPrefixed ? metric.slice(slash + 1) : metric,
    role: TRAINING.test(said) || STAGE.test(said) ? "train" : "test",
    said,
  };
}

/** What of the plots is shown where training alone is: once, though several plots have it. */
export function trainingOf(stems: readonly Stem[]): Stem[] {
  const seen = new Set<string>();
  return stems.flatMap((stem) => {
    if (!stem.series.some(({ role }) => role === "train")) return [stem];
    if (seen.has(stem.metric)) return [];
    seen.add(stem.metric);
    return [{ ...stem, name: stem.metric }];
  });
}

/** Whether some plot has training and something else, so that there is a choice between them. */
export const haveBoth = (stems: readonly Stem[]): boolean =>
  stems.some(({ series }) => new Set(series.map(({ role }) => role)).size > 1);

/** What each series of a stem is in its plot. */
export const partOf =
  ({ series }: Stem) =>
  (name: string, phase: string): Part => {
    const found = series.find((one) => one.name === name && one.phase === phase);
    return { role: found?.role ?? "test", phase: found?.said ?? phase };
  };
