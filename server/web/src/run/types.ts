/** A run with all it holds, as `GET /runs/{run}` answers it. */
import type { Definition, ModuleArguments, ModuleRecord, Outcome, Run } from "../types.ts";

export interface WholeRun extends Run {
  attempts: Attempt[];
  artifacts: Artifact[];
  /** The one of them that is its log. */
  log: Artifact | null;
  iterations: Iteration[];
  metric_definitions: Record<string, Definition>;
}

export interface Attempt {
  id: string;
  started: string;
  seen: string;
  ended?: string | null;
  outcome?: Outcome;
  process?: number;
  provenance: Provenance;
}

export interface Provenance {
  command?: string[];
  folder?: string;
  host?: string;
  user?: string;
  features?: string[];
  git?: { branch: string; commit: string; dirty: boolean } | null;
  system?: { cpu: string; cpus: number; gpus: string[]; memory: number; os: string };
  versions?: Record<string, string>;
  more?: Record<string, unknown>;
}

export interface Artifact {
  name: string;
  epoch?: number | null;
  hash: string;
  size: number;
  media_type: string;
  created: string;
}

export interface Iteration {
  phase: string;
  epoch: number;
  arguments: unknown;
  dataset?: ModuleArguments | null;
  modules: ModuleRecord[];
}
