/** What a run was fed with: a line for each phase, with its data and arguments. */
import type { JSX } from "preact";
import { text } from "../format.ts";
import { pages } from "../routes.ts";
import { shortHash } from "./components.tsx";
import type { Iteration } from "./types.ts";

export function Iterations({ iterations }: { iterations: readonly Iteration[] }): JSX.Element {
  return (
    <div class="table-scroll" tabIndex={0} role="region" aria-label="Iterations">
      <table class="plain-table">
        <thead>
          <tr>
            <th scope="col">Phase</th>
            <th scope="col">Last epoch</th>
            <th scope="col">Dataset</th>
            <th scope="col">Arguments</th>
            <th scope="col">Components at work</th>
          </tr>
        </thead>
        <tbody>
          {iterations.map(({ phase, epoch, dataset, arguments: given, modules }, at) => (
            <tr key={at}>
              <td>{phase || "–"}</td>
              <td>{epoch}</td>
              <td>
                {dataset ? (
                  <a href={pages.component(dataset.hash)} title={dataset.hash}>
                    {dataset.name} <code>{shortHash(dataset.hash)}</code>
                  </a>
                ) : (
                  "–"
                )}
              </td>
              <td>{pairs(given) || "–"}</td>
              <td>{modules.map(({ kind }) => kind).join(", ") || "–"}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function pairs(given: unknown): string {
  if (typeof given !== "object" || given === null) return "";
  return Object.entries(given).map(([name, value]) => `${name} ${text(value)}`).join(", ");
}
