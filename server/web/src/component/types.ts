/** What the server says of a component. */

export interface ComponentDocument {
  hash: string;
  name: string;
  scheme: string;
  /** What it is in runs, as `model`; of one inside another, the way to it, as `model.activation`. */
  kinds: string[];
  /** The parameters of its constructor, as they were recorded; empty where they were not. */
  signature: string;
  arguments: Record<string, unknown>;
  /** The arguments that are not what they would be by default, where that is known. */
  changed: string[];
  defaults?: Record<string, unknown>;
  /** The newest runs that have it, of `total`. */
  runs: Use[];
  total: number;
  verify: "ok" | "unknown scheme" | { recorded: string; found: string };
  children: { path: string; hash: string; name: string }[];
}

/** A run in which a component has a part. */
export interface Use {
  run: string;
  id: string;
  name: string;
  experiment: string;
  kind: string;
  epoch: number;
  created: string;
}

export interface Neighbour {
  hash: string;
  name: string;
  distance: number;
  differences: { path: string; before: unknown; after: unknown }[];
}

export interface Rebuild {
  code: string;
  rebuildable: boolean;
  why?: string | null;
}
