/** The drawing of one plot, with what the pointer and the keys do to it. */
import { useSignalEffect } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { hovered, type Style } from "../state.ts";
import { isDark } from "../theme.ts";
import { Chart } from "./chart.ts";
import { marked } from "./marked.ts";
import { nearest, step, type Near } from "./nearest.ts";
import type { Hoverable, Picture } from "./picture.ts";
import { hide, pin, raised } from "./raise.ts";
import { drawingOf, raisedRows, type Look } from "./rows.ts";
import type { PlotRun } from "./run.ts";
import { colourFor } from "./styles.ts";
import { Tooltip } from "./tooltip.tsx";
import { setZoom, smoothing, zoom } from "./view.ts";
import { spoken } from "./words.ts";

interface Props {
  picture: Picture;
  runs: Map<string, PlotRun>;
  styles: Map<string, Style>;
  label: string;
  height: number;
  isCompact: boolean;
  /** Told once the width is known, in pixels. */
  onWidth: (width: number) => void;
}

export function PlotCanvas(props: Props): JSX.Element {
  const { picture, runs, styles, label, height, isCompact, onWidth } = props;
  const root = useRef<HTMLDivElement>(null);
  const chart = useRef<Chart>(undefined);
  /** Where the pointer is, as long as no key moves the cursor. */
  const pointer = useRef<Pixel>(undefined);
  const [near, setNear] = useState<Near>();
  const [words, setWords] = useState("");
  const order = useMemo(() => new Map([...runs.keys()].map((run, at) => [run, at])), [runs]);
  const look: Look = { styles, order };
  // What the chart calls was made once; it asks here for what is shown now.
  const now = useRef({ picture, near, look });
  now.current = { picture, near, look };

  useEffect(() => {
    if (!root.current) return;
    const made = new Chart(root.current, pointerEvents(now, chart, pointer, setNear), isCompact);
    chart.current = made;
    const observer = new ResizeObserver(([entry]) => {
      if (!entry) return;
      made.resize(entry.contentRect.width, height);
      onWidth(Math.round(entry.contentRect.width));
    });
    observer.observe(root.current);
    return () => {
      observer.disconnect();
      made.destroy();
    };
  }, []);

  const dark = isDark.value;
  useEffect(() => {
    const { rows, spreads } = drawingOf(picture, look);
    chart.current?.raise(raisedRows(picture, look, raised.peek()));
    void chart.current?.draw(picture, rows, spreads);
    setNear((before) => before && again(picture, before));
  }, [picture, styles]);
  const isFirst = useRef(true);
  useEffect(() => {
    // Axes have their colours from when they were made.
    if (!isFirst.current) {
      const { rows, spreads } = drawingOf(picture, look);
      chart.current?.destroy();
      void chart.current?.draw(picture, rows, spreads);
    }
    isFirst.current = false;
  }, [dark]);
  useSignalEffect(() => {
    const up = raised.value;
    chart.current?.raise(raisedRows(now.current.picture, now.current.look, up));
  });
  useSignalEffect(() => chart.current?.mark(marked.value));
  const range = zoom.value;
  useEffect(() => {
    if (range) chart.current?.stretch(range);
  }, [range?.join()]);

  const keys = (event: KeyboardEvent): void => {
    const moved = moveCursor(event.key, picture, near);
    if (!moved) return;
    event.preventDefault();
    event.stopPropagation();
    pointer.current = undefined;
    setNear(moved === "none" ? undefined : moved);
    hovered.value = moved === "none" ? undefined : moved.trace.run;
    setWords(moved === "none" ? "" : spoken(picture, moved, runs.get(moved.trace.run)?.name ?? ""));
  };
  const wheel = (event: WheelEvent): void => {
    const isMeant = event.ctrlKey || event.metaKey || document.activeElement === event.currentTarget;
    if (!isMeant || !chart.current) return;
    event.preventDefault();
    const box = root.current!.getBoundingClientRect();
    const middle = chart.current.valueAt(event.clientX - box.left - chart.current.box().left);
    setZoom(zoomed(picture, middle, event.deltaY > 0 ? 1.25 : 0.8), "replace");
  };
  const leave = (): void => {
    setNear(undefined);
    setWords("");
    hovered.value = undefined;
  };
  return (
    <div
      class="plot-canvas"
      style={{ height: `${height}px` }}
      tabIndex={0}
      role="application"
      aria-label={label}
      onKeyDown={keys}
      onWheel={wheel}
      onBlur={leave}
      onPointerLeave={leave}
    >
      <div ref={root} class="plot-drawing" />
      {near && <NearTip {...{ near, picture, runs, styles, chart: chart.current, pointer: pointer.current }} />}
      <p class="hidden" aria-live="polite">
        {words}
      </p>
    </div>
  );
}

function NearTip(props: {
  near: Near;
  picture: Picture;
  runs: Map<string, PlotRun>;
  styles: Map<string, Style>;
  chart: Chart | undefined;
  pointer: Pixel | undefined;
}): JSX.Element | null {
  const { near, picture, runs, styles, chart, pointer } = props;
  const pixels = chart?.pixels();
  const value = near.y[near.slot];
  if (!chart || !pixels || typeof value !== "number") return null;
  const box = chart.box();
  const pixel = {
    x: box.left + pixels.x(picture.grid.x[near.slot]!),
    y: box.top + pixels.y(value),
    width: box.left + box.width,
  };
  const colour = colourFor(styles.get(near.trace.run), true);
  const pointed = pointer && { x: box.left + pointer.x, y: box.top + pointer.y };
  return <Tooltip {...{ near, picture, colour, pixel }} pointer={pointed} run={runs.get(near.trace.run)} smoothing={smoothing.value} />;
}

type Ref<T> = { current: T };
type Pixel = { x: number; y: number };

function pointerEvents(
  now: Ref<{ picture: Picture; near: Near | undefined }>,
  chart: Ref<Chart | undefined>,
  pointer: Ref<Pixel | undefined>,
  setNear: (near: Near | undefined) => void,
): ConstructorParameters<typeof Chart>[1] {
  return {
    move: (pixel) => {
      const pixels = chart.current?.pixels();
      const found = pixel && pixels ? nearest(now.current.picture, pixel, pixels) : undefined;
      if (!pixel && !now.current.near) return;
      pointer.current = pixel;
      setNear(found);
      hovered.value = found?.trace.run;
    },
    select: (range) => setZoom(range),
    reset: () => setZoom(undefined),
    click: (event) => {
      const run = now.current.near?.trace.run;
      if (!run) return;
      if (event.shiftKey) hide(run);
      else pin(run);
    },
  };
}

const isSame = (a: Hoverable, b: Hoverable): boolean =>
  a.trace.run === b.trace.run && a.trace.line.name === b.trace.line.name && a.trace.phase === b.trace.phase;

/** The same point in a new picture, where it is still there. */
function again(picture: Picture, near: Near): Near | undefined {
  const found = picture.hoverable.find((row) => isSame(row, near));
  const slot = found?.trace.from.indexOf(near.at) ?? -1;
  return found && near.at >= 0 && slot >= 0 ? { ...found, at: near.at, slot } : undefined;
}

/** Where a key moves the data cursor; `none` where it takes it away. */
function moveCursor(key: string, { hoverable }: Picture, near: Near | undefined): Near | "none" | undefined {
  if (key === "Escape" && near) return "none";
  const direction = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -1, ArrowDown: 1, Home: 1, End: -1 }[key];
  const [first] = hoverable;
  if (!first || direction === undefined) return undefined;
  const by = direction > 0 ? 1 : -1;
  const onRow = (row: Hoverable, slot: number): Near => ({ ...row, slot, at: row.trace.from[slot] ?? -1 });
  if (key === "Home" || key === "End" || !near) {
    const row = near ?? first;
    return onRow(row, step(row, by > 0 ? -1 : row.y.length, by));
  }
  if (key === "ArrowLeft" || key === "ArrowRight") return onRow(near, step(near, near.slot, by));
  const at = hoverable.findIndex((row) => isSame(row, near));
  const next = hoverable[(at + by + hoverable.length) % hoverable.length]!;
  // At the same place where the other line has a point there, else at the one before.
  const slot = step(next, near.slot + 1, -1);
  return onRow(next, typeof next.y[slot] === "number" ? slot : step(next, -1, 1));
}

/** The range that is larger or smaller by a factor, with one place of it kept where it is. */
function zoomed({ x: [low, high] }: Picture, middle: number, factor: number): [number, number] {
  return [middle - (middle - low) * factor, middle + (high - middle) * factor];
}
