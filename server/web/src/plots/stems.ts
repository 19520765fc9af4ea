// Which series share a plot: those of one metric, whatever the phase.

import type { Direction, SchemaMetric } from "../types.ts";

/** A metric with the series that are drawn for it. */
export interface Stem {
  name: string;
  /** The name and the phase of each series, as the server has them. */
  series: { name: string; phase: string; role: Role }[];
  direction: Direction | undefined;
  unit: string;
}

/** What a series is in its plot; `t` shows one, the other or both. */
export type Role = "train" | "test";

/** `layer.2` stands before `layer.10`. */
const natural = new Intl.Collator("en", { numeric: true });

const TRAINING = /^(train|training|fit)$/i;
const TESTING = /^(test|testing|val|valid|validation|eval|evaluation|dev)$/i;

/**
 * The metrics of an experiment, each with its series: `loss` in the phases train and test, and
 * `train/loss` and `test/loss`, share the plot of `loss`.
 */
export function stemsOf(metrics: SchemaMetric[]): Stem[] {
  const stems = new Map<string, Stem>();
  for (const metric of metrics) {
    for (const phase of metric.phases) {
      const { name, role } = stemOf(metric.name, phase);
      const stem = stems.get(name) ?? {
        name,
        series: [],
        direction: metric.direction ?? undefined,
        unit: metric.unit ?? "",
      };
      stem.series.push({ name: metric.name, phase, role });
      stems.set(name, stem);
    }
  }
  // What is tested stands before what is trained: it has the first colour and the solid line.
  for (const stem of stems.values()) stem.series.sort((a, b) => a.role.localeCompare(b.role));
  return [...stems.values()].sort((a, b) => natural.compare(a.name, b.name));
}

function stemOf(metric: string, phase: string): { name: string; role: Role } {
  const slash = metric.indexOf("/");
  const prefix = metric.slice(0, Math.max(slash, 0));
  const isPrefixed = TRAINING.test(prefix) || TESTING.test(prefix);
  const said = isPrefixed ? prefix : phase;
  return {
    name: isPrefixed ? metric.slice(slash + 1) : metric,
    role: TRAINING.test(said) ? "train" : "test",
  };
}

/** The role of each series of a stem. */
export const rolesOf =
  ({ series }: Stem) =>
  (name: string, phase: string): Role =>
    series.find((one) => one.name === name && one.phase === phase)?.role ?? "test";
