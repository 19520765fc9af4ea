/** The components that differ in the fewest arguments, and in which. */
import type { JSX } from "preact";
import { exact, text } from "../format.ts";
import { pages } from "../routes.ts";
import { shortHash } from "../run/components.tsx";
import { ErrorBox } from "../ui/parts.tsx";
import { useGet } from "../use.ts";
import type { Neighbour } from "./types.ts";

export function Nearest({ hash }: { hash: string }): JSX.Element | null {
  const { data, problem, again } = useGet<Neighbour[]>(`/components/${encodeURIComponent(hash)}/nearest`, { k: 3 });
  if (problem) return <ErrorBox problem={problem} again={again} />;
  if (!data) return null;
  if (data.length === 0) return <p class="muted">No other component is recorded under this name.</p>;
  return (
    <ul class="neighbours">
      {data.map((one) => (
        <li key={one.hash}>
          <p>
            <a href={pages.component(one.hash)}>
              {one.name} <code>{shortHash(one.hash)}</code>
            </a>{" "}
            <span class="muted">
              {one.distance === 1 ? "1 argument differs" : `${one.distance} arguments differ`}
            </span>
          </p>
          <dl class="values">
            {one.differences.map(({ path, before, after }) => (
              <div key={path}>
                <dt>{path}</dt>
                <dd>
                  <span title={exact(before)}>{said(before)}</span> <span aria-label="there">→</span>{" "}
                  <b title={exact(after)}>{said(after)}</b>
                </dd>
              </div>
            ))}
          </dl>
        </li>
      ))}
    </ul>
  );
}

const said = (value: unknown): string => (value === null || value === undefined ? "none" : text(value));
