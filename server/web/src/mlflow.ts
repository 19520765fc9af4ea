/** Links of MLflow's own pages, as its client prints them: `/#/experiments/1/runs/0123`. */
import { pages } from "./routes.ts";
import { go } from "./router.ts";

/** What a link of MLflow means; nothing where it is none. */
export function meantBy(hash: string): { experiment: string; run?: string } | undefined {
  const [, experiment, run] = /^#\/experiments\/([^/?]+)(?:\/runs\/([^/?]+))?/.exec(hash) ?? [];
  return experiment === undefined ? undefined : { experiment, ...(run !== undefined && { run }) };
}

/** Goes where a link of MLflow leads, now and when one is put into the address of an open page. */
export async function followMlflow(): Promise<void> {
  addEventListener("hashchange", () => void follow());
  await follow();
}

async function follow(): Promise<void> {
  const { experiment, run } = meantBy(location.hash) ?? {};
  if (run !== undefined) return leave(pages.run(decoded(run)));
  if (experiment === undefined) return;
  // An id of MLflow is known to its protocol alone.
  const answer = await fetch(`/ajax-api/2.0/mlflow/experiments/get?experiment_id=${experiment}`).catch(() => undefined);
  // Who has to sign in first finds the link again.
  if (answer?.status === 401) return;
  const found = (await answer?.json().catch(() => undefined)) as { experiment?: { name?: string } } | undefined;
  const name = found?.experiment?.name;
  leave(name === undefined ? "/" : pages.experiment(name));
}

/** A part of the link as it was before it was escaped; one that was not is as it should be. */
function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

/** Back is not to lead to the link again. */
function leave(to: string): void {
  history.replaceState(null, "", location.pathname + location.search);
  go(to, "replace");
}
