/** The documents of the REST interface, as far as the page reads them. */

export type Status = "unknown" | "running" | "finished" | "failed" | "lost";
export type Direction = "minimize" | "maximize";
/** A number; those that JSON does not have are texts. */
export type Num = number | "NaN" | "Infinity" | "-Infinity";

export interface About {
  version: string;
  read_only: boolean;
  allow_delete: boolean;
  events: boolean;
  seq?: number | null;
  token?: string | null;
  role: "read" | "write" | "admin";
  store?: string;
  /** The size of the file of the store. */
  bytes?: number | null;
}

export interface Definition {
  description?: string;
  direction?: Direction | null;
  guessed?: boolean;
  unit?: string;
}

export interface Experiment {
  id: string;
  name: string;
  created: string;
  runs: number;
  notes?: string;
  tags?: Record<string, string>;
  definitions?: Record<string, Definition>;
  /** The params whose values alone tell repeats apart. */
  repeats?: string[];
  /** How many runs are running. */
  running?: number;
  /** The last sign of life of a run. */
  updated?: string | null;
}

export interface SchemaField {
  field: string;
  runs: number;
  distinct: number;
  constant: boolean;
  min?: number | null;
  max?: number | null;
  values: [unknown, number][];
}

export interface SchemaMetric extends Definition {
  name: string;
  phases: string[];
  runs: number;
}

export interface Schema {
  runs: number;
  fields: SchemaField[];
  metrics: SchemaMetric[];
}

export interface TableField {
  field: string;
  kind: "name" | "argument" | "param" | "metric" | "spark" | "status" | "duration" | "time" | "tag" | "text";
  metric?: string;
  phase?: string;
  direction?: "min" | "max";
}

export interface Table {
  uuids: string[];
  columns: Record<string, unknown[]>;
  fields: TableField[];
  constant: Record<string, unknown>;
  /** The order that was asked for, or that the server has chosen. */
  order: { field: string; descending: boolean }[];
  /** How many of the runs have a repeat. */
  repeated?: number;
  next?: string | null;
  total?: number | null;
  seq?: number | null;
}

export interface ModuleArguments {
  name: string;
  hash: string;
  signature: string;
  arguments: Record<string, unknown>;
}

export interface ModuleRecord {
  kind: string;
  epoch: number;
  record: ModuleArguments;
}

export interface MetricPoint {
  name: string;
  phase?: string;
  value?: Num;
  epoch?: number;
  step?: number;
  time?: string;
}

export interface Summary {
  count: number;
  first: MetricPoint;
  last: MetricPoint;
  min?: Num;
  max?: Num;
  min_at?: { epoch: number; step: number };
  max_at?: { epoch: number; step: number };
}

export type Outcome = "running" | "finished" | { failed: { reason: string } };

export interface AttemptState {
  started: string;
  seen: string;
  ended?: string | null;
  outcome?: Outcome;
  place?: string;
  process?: number;
}

export interface Run {
  uuid: string;
  id: string;
  name?: string;
  experiment: string;
  experiment_name: string;
  created: string;
  epoch: number;
  status: Status;
  duration?: number | null;
  archived?: boolean;
  notes?: string;
  tags?: Record<string, string>;
  params?: Record<string, unknown>;
  modules: ModuleRecord[];
  metrics: Summary[];
  attempt?: AttemptState | null;
}

export interface Job {
  id: string;
  kind: string;
  status: "running" | "finished" | "failed" | "cancelled";
  done: number;
  total: number;
  started: string;
  ended?: string | null;
  result?: unknown;
  problem?: { detail: string; hint?: string | null } | null;
}

/** In what runs differ, and in what not. */
export interface Comparison {
  runs: { uuid: string; id: string; name: string; experiment: string }[];
  differences: Compared[];
  equal: Compared[];
}

export interface Compared {
  name: string;
  /** One for each run; nothing where it has none. */
  values: unknown[];
}
