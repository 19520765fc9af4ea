/** A row for each thing that differs, a column for each run. */
import type { JSX } from "preact";
import { exact, toNumber } from "../format.ts";
import { pages } from "../routes.ts";
import { colourOf, hovered, stylesOf } from "../state.ts";
import type { Comparison } from "../types.ts";
import { Button } from "../ui/parts.tsx";
import { counted, deltaOf, isOfTypes, shown, type CompareRow, type Section } from "./rows.ts";
import { isWordy, WordDiff } from "./words.tsx";

/** From so many runs on, values are counted. */
export const MANY = 30;

type Runs = Comparison["runs"];

interface Props {
  runs: Runs;
  sections: readonly Section[];
  /** The run that others are compared to. */
  base: number;
  setBase: (at: number) => void;
  remove: (uuid: string) => void;
}

export function Matrix(props: Props): JSX.Element {
  const { runs, sections } = props;
  const isMany = runs.length >= MANY;
  const columns = isMany ? 2 : runs.length + (runs.length === 2 ? 2 : 1);
  return (
    <div class="compare-box" tabIndex={0} role="region" aria-label="In what the runs differ">
      <table class="compare">
        <thead>
          <tr>
            <th scope="col">
              <span class="hidden">What</span>
            </th>
            {isMany ? <th scope="col">Values of {runs.length} runs</th> : <Heads {...props} />}
          </tr>
        </thead>
        {sections.map(({ title, rows }) => (
          <tbody key={title}>
            <tr class="section">
              <th scope="rowgroup" colSpan={columns}>
                {title}
              </th>
            </tr>
            {rows.map((row) => (
              <tr key={row.field} class={row.isEqual ? "equal" : undefined}>
                <th scope="row" title={row.field} style={{ paddingLeft: `${16 + row.depth * 14}px` }}>
                  {row.name}
                  {isOfTypes(row.values) && (
                    <span class="chip" title="The values are of different types">
                      types
                    </span>
                  )}
                </th>
                {isMany ? <Counts row={row} /> : <Values row={row} base={props.base} />}
              </tr>
            ))}
          </tbody>
        ))}
      </table>
    </div>
  );
}

function Heads({ runs, base, setBase, remove }: Props): JSX.Element {
  const styles = stylesOf(runs.map(({ uuid }) => uuid));
  const severalExperiments = new Set(runs.map(({ experiment }) => experiment)).size > 1;
  return (
    <>
      {runs.map(({ uuid, id, name, experiment }, at) => {
        const style = styles.get(uuid);
        return (
          <th
            key={uuid}
            scope="col"
            class={at === base ? "base" : undefined}
            onPointerEnter={() => (hovered.value = uuid)}
            onPointerLeave={() => (hovered.value = undefined)}
          >
            <div class="compare-head">
              <span class="dot" style={style && { background: colourOf(style) }} />
              <a href={pages.run(uuid)} class="ellipsis" title={name || id}>
                {name || id}
              </a>
              {runs.length > 2 && (
                <Button kind="quiet" label={`Take ${name || id} out`} onClick={() => remove(uuid)}>
                  ✕
                </Button>
              )}
            </div>
            {severalExperiments && <div class="muted ellipsis">{experiment}</div>}
            {at === base ? (
              <span class="muted base-note">base</span>
            ) : (
              <button type="button" class="fact base-note" onClick={() => setBase(at)}>
                make it the base
              </button>
            )}
          </th>
        );
      })}
      {runs.length === 2 && (
        <th scope="col" class="number">
          Δ
        </th>
      )}
    </>
  );
}

/** In the order of the runs; for two, what the second has more or less than the first. */
function Values({ row, base }: { row: CompareRow; base: number }): JSX.Element {
  const isTyped = isOfTypes(row.values);
  const against = row.values[base];
  const isNumber = row.values.some((value) => typeof value === "number") && row.values.every(isNumberOrNone);
  const best = row.values.length > 2 ? bestOf(row) : undefined;
  const delta = row.values.length === 2 ? deltaOf(base === 0 ? row : { ...row, values: [...row.values].reverse() }) : undefined;
  return (
    <>
      {row.values.map((value, at) => {
        const differs = at !== base && exact(value) !== exact(against);
        const isMarked = differs && !row.isMetric && row.values.length > 2;
        const isBest = best !== undefined && toNumber(value) === best;
        const classes = [isNumber && "number", isMarked && "differs", isBest && "best"].filter(Boolean).join(" ");
        return (
          <td key={at} class={classes || undefined} title={exact(value)}>
            {differs && isWordy(value, against) ? <WordDiff value={value} base={against} /> : shown(value, isTyped)}
          </td>
        );
      })}
      {row.values.length === 2 && (
        <td class="number delta">
          {delta && (
            <span class={delta.isBetter === undefined ? undefined : delta.isBetter ? "better" : "worse"}>
              {delta.text}
              {delta.percent && <small> {delta.percent}</small>}
              {delta.isBetter !== undefined && <span class="hidden">{delta.isBetter ? " better" : " worse"}</span>}
            </span>
          )}
        </td>
      )}
    </>
  );
}

const isNumberOrNone = (value: unknown): boolean =>
  toNumber(value) !== undefined || value === null || value === undefined;

/** The best of a metric whose direction is known. */
function bestOf({ values, direction }: CompareRow): number | undefined {
  const numbers = values.map(toNumber).filter((value) => value !== undefined && Number.isFinite(value)) as number[];
  if (!direction || numbers.length === 0) return undefined;
  return direction === "minimize" ? Math.min(...numbers) : Math.max(...numbers);
}

const SHOWN = 8;

function Counts({ row }: { row: CompareRow }): JSX.Element {
  const all = counted(row.values);
  return (
    <td class="counts">
      {all.slice(0, SHOWN).map(({ text, count }) => (
        <span key={text} class="chip">
          <span class="ellipsis">{text}</span> ×{count}
        </span>
      ))}
      {all.length > SHOWN && <span class="muted">and {all.length - SHOWN} more values</span>}
    </td>
  );
}
