/** Changes of runs from the table, with a way back. */
import { send } from "../api.ts";
import { plural } from "../format.ts";
import { say, sayProblem } from "../ui/toast.tsx";
import { asProblem } from "../use.ts";

export interface RunPatch {
  name?: string;
  tags?: Record<string, string | null>;
  archived?: boolean;
}

export const changeRuns = (uuids: readonly string[], change: RunPatch): Promise<boolean> =>
  each(uuids, (uuid) => send("PATCH", `/runs/${uuid}`, change));

export const deleteRuns = (uuids: readonly string[]): Promise<boolean> =>
  each(uuids, (uuid) => send("DELETE", `/runs/${uuid}`));

/** One run after the other; says what went wrong, and how many were changed before. */
async function each(uuids: readonly string[], act: (uuid: string) => Promise<unknown>): Promise<boolean> {
  let done = 0;
  try {
    for (const uuid of uuids) {
      await act(uuid);
      done++;
    }
    return true;
  } catch (error) {
    const problem = asProblem(error);
    const before = done > 0 ? ` ${plural(done, "run")} were changed before.` : "";
    sayProblem({ message: problem.message + before, hint: problem.hint });
    return false;
  }
}

export async function archive(uuids: readonly string[], after: () => void): Promise<void> {
  if (!(await changeRuns(uuids, { archived: true }))) return;
  after();
  say(`Archived ${plural(uuids.length, "run")}.`, () => {
    void changeRuns(uuids, { archived: false }).then(after);
  });
}
