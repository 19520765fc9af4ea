/** The components of a run with their arguments, each under its hash. */
import type { JSX } from "preact";
import { pages } from "../routes.ts";
import type { ModuleRecord } from "../types.ts";
import { Values } from "./values.tsx";

export function Components({ modules }: { modules: readonly ModuleRecord[] }): JSX.Element {
  if (modules.length === 0) return <p class="muted">No component is recorded.</p>;
  return (
    <>
      {modules.map(({ kind, record }) => (
        <article key={`${kind} ${record.hash}`} class="component-card">
          <h3>
            <span class="muted">{kind}</span> {record.name}{" "}
            <a class="mono" href={pages.component(record.hash)} title={record.hash}>
              {shortHash(record.hash)}
            </a>
          </h3>
          <Values values={record.arguments} defaults={defaultsOf(record)} />
        </article>
      ))}
    </>
  );
}

/** Seven digits, without the scheme. */
export const shortHash = (hash: string): string => hash.slice(hash.indexOf(":") + 1).slice(0, 7);

/** Arguments that equal their default are no part of the hash; the record has them beside it. */
function defaultsOf(record: ModuleRecord["record"] & { exact?: Record<string, unknown> | null }): Record<string, unknown> {
  return record.exact ?? {};
}
