/** What the runs of an experiment have, also where that is not the one that is open. */
import { useEffect } from "preact/hooks";
import { experiment as open, readSchema, schema } from "../frame/experiment.ts";
import type { Schema } from "../types.ts";
import { useGet } from "../use.ts";

export function useSchema(experiment: string): Schema | undefined {
  const isOpen = open.value === experiment;
  const { data } = useGet<Schema>(isOpen ? undefined : `/experiments/${encodeURIComponent(experiment)}/schema`);
  useEffect(() => {
    if (isOpen && !schema.peek()) void readSchema();
  }, [experiment, isOpen]);
  return isOpen ? schema.value : data;
}
