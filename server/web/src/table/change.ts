/** Changes of runs from the table, with a way back. */
import { send } from "../api.ts";
import { plural, sentence } from "../format.ts";
import { say, sayProblem } from "../ui/toast.tsx";
import { asProblem } from "../use.ts";

export interface RunPatch {
  name?: string;
  tags?: Record<string, string | null>;
  archived?: boolean;
}

export const changeRuns = (uuids: readonly string[], change: RunPatch): Promise<void> =>
  each(uuids, "changed", (uuid) => send("PATCH", `/runs/${uuid}`, change));

/** One that is gone already needs no deletion. */
export const deleteRuns = (uuids: readonly string[]): Promise<void> =>
  each(uuids, "deleted", (uuid) =>
    send("DELETE", `/runs/${uuid}`).catch((error: unknown) => {
      if (asProblem(error).status !== 404) throw error;
    }),
  );

/** One run after the other; what goes wrong says of how many it was done before. */
async function each(uuids: readonly string[], how: string, act: (uuid: string) => Promise<unknown>): Promise<void> {
  let done = 0;
  try {
    for (const uuid of uuids) {
      await act(uuid);
      done++;
    }
  } catch (error) {
    const problem = asProblem(error);
    if (done > 0) problem.message = `${sentence(problem.message)} ${plural(done, "run")} ${done === 1 ? "was" : "were"} ${how} before.`;
    throw problem;
  }
}

export async function archive(uuids: readonly string[], after: () => void): Promise<void> {
  await changeRuns(uuids, { archived: true }).then(() => {
    after();
    say(`Archived ${plural(uuids.length, "run")}.`, () => {
      void changeRuns(uuids, { archived: false }).then(after, sayProblem);
    });
  }, sayProblem);
}
