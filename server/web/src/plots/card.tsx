/** One plot: the metric of a stem over all runs, with what can be done to it. */
import type { JSX } from "preact";
import { useEffect, useMemo, useState } from "preact/hooks";
import { hidden } from "../state.ts";
import { Button, ErrorBox, Skeleton } from "../ui/parts.tsx";
import { PlotCanvas } from "./canvas.tsx";
import { Difference } from "./difference.tsx";
import { expose } from "./expose.ts";
import { noteLengths } from "./lengths.ts";
import { partsOf, type Facet } from "./facets.ts";
import { BUDGET, MOVING_BUDGET, useHistories } from "./load.ts";
import { PlotMenu } from "./plot-menu.tsx";
import { phasesOf, pictureOf, type Picture, type PictureOptions } from "./picture.ts";
import { X_AXES } from "./places.ts";
import type { PlotRun } from "./run.ts";
import { partOf, type Stem } from "./stems.ts";
import { runStyles } from "./styles.ts";
import { hasEpochs, isMoving, setZoom, shown, smoothing, spread, trim, xAxis, yScale, zoom } from "./view.ts";
import { coverage, labelOf } from "./words.ts";

interface Props {
  experiment: string;
  stem: Stem;
  runs: readonly PlotRun[];
  /** Which runs are drawn as one, where groups are shown. */
  groups?: string[][] | undefined;
  /** In which parts it is shown; as a whole without. */
  facets?: readonly Facet[] | undefined;
  height: number;
  isCompact?: boolean;
  /** Whether, of two runs, the second less the first is drawn below. */
  hasDifference?: boolean;
}

export function PlotCard(props: Props): JSX.Element {
  const { experiment, stem, runs, groups, facets, height, isCompact = false, hasDifference = false } = props;
  const axis = xAxis.value;
  const uuids = useMemo(() => runs.map(({ uuid }) => uuid), [runs]);
  const series = wantedSeries(stem);
  const histories = useHistories({ runs: uuids, series, axis, zoom: zoom.value });
  const { whole, detail, origins, problem, again } = histories;
  const [width, setWidth] = useState(600);
  useEffect(() => {
    if ([...origins.values()].some(({ epochs }) => epochs[1] > epochs[0])) hasEpochs.value = true;
    noteLengths(origins);
  }, [origins]);

  const lines = detail ?? whole;
  const unseen = hidden.value;
  const kind = spread.value;
  const shownGroups = kind && groups;
  const moving = isMoving.value;
  const byUuid = useMemo(() => new Map(runs.map((run) => [run.uuid, run])), [runs]);
  const styles = useMemo(() => runStyles(runs, shownGroups), [runs, shownGroups]);
  const view = [axis, yScale.value, trim.value, smoothing.value, zoom.value?.join(), kind, width, moving] as const;
  const drawing = useMemo(() => {
    if (!lines) return undefined;
    const options: PictureOptions = {
      axis,
      scale: yScale.value,
      trim: trim.value,
      smoothing: smoothing.value,
      zoom: zoom.value,
      origins,
      part: partOf(stem),
      groups: shownGroups,
      spread: kind ?? "std",
      budget: moving ? MOVING_BUDGET : BUDGET,
      pixels: width,
      isContext: (run) => moving && !styles.has(run),
    };
    const seen = lines.filter(({ run }) => !unseen.has(run));
    const whole = pictureOf(seen, options);
    return { picture: whole, parts: facets && partsOf(seen, options, whole, facets) };
  }, [lines, unseen, shownGroups, styles, facets, stem, ...view]);
  const picture = drawing?.picture;
  const label = useMemo(() => picture && labelOf(stem.name, picture, byUuid, stem.direction), [picture, byUuid]);
  useEffect(() => {
    if (!drawing) return;
    const parts = (drawing.parts ?? []).map((part) => expose(`${stem.name}, ${part.title}`, part.picture));
    const ends = [expose(stem.name, drawing.picture), ...parts];
    return () => ends.forEach((end) => end());
  }, [drawing]);

  const isEmpty = picture !== undefined && picture.traces.length === 0;
  return (
    <section class="plot-card" aria-label={stem.name}>
      <header class="plot-head">
        <h2 title={stem.name}>{stem.name}</h2>
        {stem.unit && <span class="muted">{stem.unit}</span>}
        {smoothing.value > 0 && <span class="muted" title="smoothed">{`~${smoothing.value}`}</span>}
        {picture && <Strokes picture={picture} />}
        <span class="spacer" />
        {zoom.value && (
          <Button kind="quiet" title="Show all of the x axis (z, or a double click)" onClick={() => setZoom(undefined)}>
            Reset zoom
          </Button>
        )}
        {picture && !isEmpty && <PlotMenu {...{ experiment, stem, picture, styles }} runs={byUuid} />}
      </header>
      {problem && <ErrorBox problem={problem} again={again} />}
      {!problem && !picture && (
        <div style={{ height: `${height}px` }}>
          <Skeleton lines={5} />
        </div>
      )}
      {!problem && isEmpty && (
        <p class="plot-none muted" style={{ height: `${height}px` }}>
          None of these runs has points of it.
        </p>
      )}
      {picture && !isEmpty && !drawing?.parts && (
        <PlotCanvas
          {...{ picture, styles, height, isCompact }}
          runs={byUuid}
          label={label ?? stem.name}
          onWidth={setWidth}
        />
      )}
      {drawing?.parts && (
        <div class="plot-facets">
          {drawing.parts.map(({ title, picture: part }) => (
            <figure key={title}>
              <figcaption class="ellipsis" title={title}>
                {title}
              </figcaption>
              <PlotCanvas
                {...{ styles, height, isCompact }}
                picture={part}
                runs={byUuid}
                label={labelOf(`${stem.name}, ${title}`, part, byUuid, stem.direction)}
                onWidth={setWidth}
              />
            </figure>
          ))}
        </div>
      )}
      {picture && lines && hasDifference && runs.length === 2 && (
        <Difference {...{ stem, picture, lines, runs, styles, origins }} />
      )}
      {picture && !isEmpty && !isCompact && (
        <p class="plot-foot muted">
          <span>{coverage(picture).join(" · ")}</span>
          <span>{X_AXES.find(({ value }) => value === axis)?.title}</span>
        </p>
      )}
    </section>
  );
}

/** Which phase each stroke is; read as words, seen as lines. */
function Strokes({ picture }: { picture: Picture }): JSX.Element | null {
  const parts = phasesOf(picture);
  const hasTwo = parts.length > 1;
  if (!hasTwo && !parts[0]?.phases) return null;
  return (
    <span class="plot-strokes muted">
      {parts.map(({ role, phases }) => (
        <>
          <svg width="18" height="6" aria-hidden="true">
            <path d="M0 3h18" stroke="currentColor" {...(hasTwo && role === "train" ? { "stroke-dasharray": "5 3" } : { "stroke-width": "1.75" })} />
          </svg>{" "}
          {phases || "no phase"}
        </>
      ))}
    </span>
  );
}

/** The series of the roles that are shown; a plot that has none of them shows what it has. */
function wantedSeries({ series }: Stem): Stem["series"] {
  const wanted = series.filter(({ role }) => shown.value === "both" || role === shown.value);
  return wanted.length > 0 ? wanted : series;
}
