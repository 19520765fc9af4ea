/** Keeps the table as the store is, without moving what is looked at. */
import { on } from "../events.ts";
import { orderOf } from "./order.ts";
import type { TableModel } from "./model.ts";

/** Changes that come this close together are read in one request. */
const GATHER = 400;
/** More than these are not read run by run. */
const MOST = 100;

export function follow(model: TableModel, experiment: string, sort: () => string, isAtTop: () => boolean): () => void {
  const changed = new Set<string>();
  const created = new Set<string>();
  let timer: ReturnType<typeof setTimeout> | undefined;
  const look = async (): Promise<void> => {
    timer = undefined;
    // A tab that nobody sees waits; what has changed is read when it is seen.
    if (document.hidden || changed.size === 0) return;
    const uuids = [...changed];
    changed.clear();
    if (uuids.length > MOST && isAtTop()) await model.reload();
    else await model.refresh(uuids.slice(0, MOST), created);
    const [first] = orderOf(sort());
    const isNewestFirst = first?.field === "created" && first.descending;
    if (model.fresh.peek().size > 0 && isNewestFirst && isAtTop()) await model.reload();
    if (changed.size > 0) later();
  };
  const later = (): void => {
    timer ??= setTimeout(() => void look(), GATHER);
  };
  const ends = [
    on("run", (run) => {
      if (!("uuid" in run)) return model.remove(new Set([run.run]));
      if (run.experiment_name !== experiment) return;
      changed.add(run.uuid);
      if (model.isNew(run.created)) created.add(run.uuid);
      later();
    }),
    on("reset", () => void model.reload()),
  ];
  document.addEventListener("visibilitychange", later);
  return () => {
    clearTimeout(timer);
    document.removeEventListener("visibilitychange", later);
    ends.forEach((end) => end());
  };
}
