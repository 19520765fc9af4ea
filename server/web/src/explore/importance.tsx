/** Which arguments matter: how much of the variance of a metric the groups of their values explain. */
import type { JSX } from "preact";
import { href, path } from "../router.ts";
import { ErrorBox, Skeleton } from "../ui/parts.tsx";
import type { Answer } from "../use.ts";
import { shortName } from "./data.ts";

/** What the server says of one argument. */
export interface Effect {
  field: string;
  /** From 0 to 1. */
  share: number;
  groups: number;
  runs: number;
}

export function Importance({ answer, metric }: { answer: Answer<Effect[]>; metric: string }): JSX.Element {
  const { data, problem, again } = answer;
  if (problem) return <ErrorBox problem={problem} {...(problem.status === 0 && { again })} />;
  if (!data) return <Skeleton lines={5} />;
  const sorted = [...data].sort((a, b) => b.share - a.share);
  return (
    <>
      <p class="explore-hint muted">
        The part of the variance of {shortName(metric)} that lies between the groups of equal values (η²). It says what goes
        together, not what is the cause; many groups of few runs each explain much by chance.
      </p>
      <div class="table-scroll" tabIndex={0} role="region" aria-label="The effect of each argument">
        <table class="importance">
          <thead>
            <tr>
              <th scope="col">Argument</th>
              <th scope="col">Share of the variance</th>
              <th scope="col" class="figure">Groups</th>
              <th scope="col" class="figure">n</th>
            </tr>
          </thead>
          <tbody>
            {sorted.map(({ field, share, groups, runs }) => (
              <tr key={field}>
                <th scope="row">
                  <a href={href(path.value, { kind: "scatter", sx: field })}>{shortName(field)}</a>
                </th>
                <td>
                  <span class="importance-bar">
                    <span style={{ width: `${share * 100}%` }} />
                  </span>
                  <span class="importance-share">{(share * 100).toFixed(0)} %</span>
                </td>
                <td class="figure">{groups}</td>
                <td class="figure">{runs}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </>
  );
}
