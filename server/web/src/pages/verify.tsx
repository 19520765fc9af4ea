/** Whether every record still hashes to its id. */
import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { get, post, send, type Problem } from "../api.ts";
import { on } from "../events.ts";
import { count, duration, exact, plural, time } from "../format.ts";
import { experiments, readExperiments } from "../frame/experiment.ts";
import { bound } from "../router.ts";
import { pages } from "../routes.ts";
import type { Job } from "../types.ts";
import { Button, ErrorBox, Progress } from "../ui/parts.tsx";
import { asProblem, useTitle } from "../use.ts";

interface Disagreement {
  kind: string;
  name: string;
  phase?: string | null;
  differences: { path: string; left: unknown; right: unknown }[];
  missing: string[];
  renamed?: string | null;
}

interface Verdict {
  experiment: string;
  id: string;
  disagreements: Disagreement[];
}

interface Verdicts {
  checked: number;
  /** How many of them have no component. */
  without: number;
  bad: Verdict[];
}

const chosen = bound("experiment");
/** Where the server tells nothing by itself, it is asked so often. */
const ASK = 1000;

export default function VerifyPage(): JSX.Element {
  useTitle("Verify");
  const [job, setJob] = useState<Job>();
  const [problem, setProblem] = useState<Problem>();
  useEffect(() => {
    if (!experiments.peek()) void readExperiments();
    void newest().then((found) => found && setJob((known) => known ?? found));
  }, []);
  useJob(job, setJob);
  const begin = async (): Promise<void> => {
    setProblem(undefined);
    try {
      setJob(await post<Job>("/verify", chosen.peek() ? { experiment: chosen.peek() } : {}));
    } catch (error) {
      setProblem(asProblem(error));
    }
  };
  const isRunning = job?.status === "running";
  return (
    <div class="page">
      <h1>Verify</h1>
      <p>
        The id of a component is the hash of its name and arguments. Here every record is hashed again: one that was
        changed behind the back of the store no longer gives its id.
      </p>
      <div class="row">
        <label>
          Of{" "}
          <select value={chosen.value} disabled={isRunning} onChange={(event) => chosen.set(event.currentTarget.value)}>
            <option value="">all experiments</option>
            {experiments.value?.map(({ id, name }) => (
              <option key={id} value={name}>
                {name.slice(0, 80)}
              </option>
            ))}
          </select>
        </label>
        <Button kind="primary" disabled={isRunning} onClick={() => void begin()}>
          Verify
        </Button>
      </div>
      {problem && <ErrorBox problem={problem} again={() => void begin()} />}
      {job && <State job={job} />}
    </div>
  );
}

/** The last one that was begun, by whomever. */
async function newest(): Promise<Job | undefined> {
  const { jobs } = await get<{ jobs: Job[] }>("/jobs").catch(() => ({ jobs: [] as Job[] }));
  return jobs.filter(({ kind }) => kind === "verify").sort((a, b) => b.started.localeCompare(a.started))[0];
}

/** Follows a job to its end. */
function useJob(job: Job | undefined, set: (job: Job) => void): void {
  const id = job?.status === "running" ? job.id : undefined;
  useEffect(() => {
    if (id === undefined) return;
    const end = on("job", (told) => told.id === id && set(told));
    const timer = setInterval(() => void get<Job>(`/jobs/${id}`).then(set, () => undefined), ASK);
    return () => {
      end();
      clearInterval(timer);
    };
  }, [id]);
}

function State({ job }: { job: Job }): JSX.Element {
  const seconds = (Date.parse(job.ended ?? new Date().toISOString()) - Date.parse(job.started)) / 1000;
  if (job.status === "running") {
    const rate = seconds > 0 ? job.done / seconds : 0;
    return (
      <section class="job">
        <Progress done={job.done} total={job.total} label={`${job.done} of ${job.total} checked`} />
        <p class="row">
          <span role="status">
            {count(job.done)} of {count(job.total)} checked
          </span>
          {rate >= 1 && <span class="muted">{count(Math.round(rate))} a second</span>}
          <Button onClick={() => void send("DELETE", `/jobs/${job.id}`).catch(() => undefined)}>Cancel</Button>
        </p>
      </section>
    );
  }
  if (job.status === "failed") {
    return (
      <p class="verdict bad" role="status">
        ✖ It failed: {job.problem?.detail ?? "for a reason unknown"}
      </p>
    );
  }
  if (job.status === "cancelled") {
    return (
      <p class="verdict" role="status">
        It was cancelled after {count(job.done)} of {count(job.total)}.
      </p>
    );
  }
  const { checked, without, bad } = (job.result as Verdicts | undefined) ?? { checked: job.done, without: 0, bad: [] };
  const having = checked - without;
  return (
    <>
      <p class={`verdict ${bad.length > 0 ? "bad" : having > 0 ? "good" : ""}`} role="status">
        {bad.length > 0
          ? `✖ ${count(bad.length)} of ${count(checked)} runs do not agree with their ids.`
          : having > 0
            ? `✔ All ${plural(having, "run")} with components hash to their ids.`
            : "There is nothing to verify: no run has a component."}{" "}
        {without > 0 && having > 0 && <span class="muted">{plural(without, "run")} have none. </span>}
        <span class="muted" title={time(job.started)}>
          {time(job.ended ?? job.started)}, in {duration(seconds)}
        </span>
      </p>
      {bad.map((verdict) => (
        <Bad key={`${verdict.experiment} ${verdict.id}`} verdict={verdict} />
      ))}
    </>
  );
}

function Bad({ verdict }: { verdict: Verdict }): JSX.Element {
  return (
    <article class="card bad-run">
      <h2>
        <a href={pages.run(verdict.id)}>{verdict.id}</a>{" "}
        <span class="muted">
          in <a href={pages.experiment(verdict.experiment)}>{verdict.experiment}</a>
        </span>
      </h2>
      {verdict.disagreements.map((found) => (
        <div key={`${found.kind} ${found.name}`}>
          <p>
            {found.kind} <code>{found.name}</code>
            {found.renamed && ` is called ${found.renamed} in the record`}
            {found.missing.length > 0 && `: ${found.missing.join(", ")} missing`}
          </p>
          {found.differences.length > 0 && (
            <ul class="near">
              {found.differences.map(({ path, left, right }) => (
                <li key={path}>
                  {path === "hash" ? (
                    <>
                      record hashes to <code>{exact(right)}</code>, id says <code>{exact(left)}</code>
                    </>
                  ) : (
                    <>
                      <code>{path}</code> <del>{exact(left)}</del> → <ins>{exact(right)}</ins>
                    </>
                  )}
                </li>
              ))}
            </ul>
          )}
        </div>
      ))}
    </article>
  );
}
