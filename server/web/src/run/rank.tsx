/** How a run stands among those of the same components. */
import type { JSX } from "preact";
import { toNumber } from "../format.ts";
import { metricField } from "../names.ts";
import { href } from "../router.ts";
import { pages } from "../routes.ts";
import type { Table } from "../types.ts";
import { useGet } from "../use.ts";
import type { Best } from "./best.ts";
import type { WholeRun } from "./types.ts";

const ORDINALS: Record<string, string> = { one: "st", two: "nd", few: "rd", other: "th" };
const rules = new Intl.PluralRules("en", { type: "ordinal" });
const ordinal = (value: number): string => `${value}${ORDINALS[rules.select(value)]}`;

export function Rank({ run, best }: { run: WholeRun; best: Best | undefined }): JSX.Element | null {
  const isLess = best && run.metric_definitions[best.name]?.direction === "minimize";
  const field = best && metricField(best.name, best.phase, "best");
  const query = run.modules.map(({ kind, record }) => `hash.${kind} = ${JSON.stringify(record.hash)}`).join(" and ");
  const { data } = useGet<Table>(query ? "/table" : undefined, {
    experiment: run.experiment_name,
    query,
    columns: field ?? "id",
    limit: 1000,
  });
  if (!data || data.uuids.length < 2) return null;
  const values = data.uuids.map((_, line) => (field ? toNumber(data.columns[field]?.[line]) : undefined));
  const own = values[data.uuids.indexOf(run.uuid)];
  const better = own === undefined ? undefined : values.filter((value) => value !== undefined && (isLess ? value < own : value > own)).length;
  return (
    <div class="figure-card">
      <dt>Same components</dt>
      <dd>
        <a href={href(pages.experiment(run.experiment_name), { q: query })}>{data.uuids.length} runs</a>
      </dd>
      <dd class="muted">{better !== undefined && `this is the ${better === 0 ? "best" : `${ordinal(better + 1)} best`}`}</dd>
    </div>
  );
}
