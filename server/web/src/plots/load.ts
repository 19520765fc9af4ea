/** Histories for one plot: the whole of each line first, and more detail where it is zoomed. */
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { post, type Problem } from "../api.ts";
import { on } from "../events.ts";
import { asProblem } from "../use.ts";
import { originsOf, serverAxis, serverRange, thinningAxis, type Origin, type ServerAxis, type XAxis } from "./places.ts";
import { REST } from "./view.ts";
import { appended, hasGap, lineOf, type Line, type Tail, type WireHistory } from "./points.ts";

/** Points of one plot, over all its lines. */
export const BUDGET = 50_000;
/** As long as something is dragged. */
export const MOVING_BUDGET = 20_000;

export interface Histories {
  /** All lines over their whole length. */
  whole: Line[] | undefined;
  /** The lines over the part that is shown, where the whole ones were thinned. */
  detail: Line[] | undefined;
  origins: Map<string, Origin>;
  problem: Problem | undefined;
  again: () => void;
}

interface Wanted {
  /** Their uuids, which may be of several experiments. */
  runs: readonly string[];
  series: readonly { name: string; phase: string }[];
  axis: XAxis;
  zoom: [number, number] | undefined;
}

/** Reads what is wanted, and adds to it what comes in while it is shown. */
export function useHistories(wanted: Wanted): Histories {
  const { runs, series, axis, zoom } = wanted;
  const [whole, setWhole] = useState<{ lines: Line[]; inner: ServerAxis; wall: boolean }>();
  const [detail, setDetail] = useState<Line[]>();
  const [problem, setProblem] = useState<Problem>();
  const [turn, setTurn] = useState(0);
  const isWall = axis === "wall";
  const key = JSON.stringify([runs, series]);
  /** What comes in while an answer is on its way, which may be older than that. */
  const news = useRef(new Set<LiveTail[]>());
  const ask = async (unit: ServerAxis, signal: AbortSignal, range?: [number, number]): Promise<Line[]> => {
    const tails: LiveTail[] = [];
    news.current.add(tails);
    try {
      const found = await read({ runs, series }, unit, signal, range);
      const lines = found.map((line) => grown(line, tails));
      // Who listens anew is told how many points there are, and not which.
      if (!range && isGapped(lines, tails)) setTurn((before) => before + 1);
      return lines;
    } finally {
      news.current.delete(tails);
    }
  };

  // Asked for before what is shown meanwhile is painted.
  useLayoutEffect(() => {
    const stop = new AbortController();
    readWhole(ask, isWall, stop.signal).then(
      (read) => {
        setWhole({ ...read, wall: isWall });
        setDetail(undefined);
        setProblem(undefined);
      },
      (error: unknown) => stop.signal.aborted || setProblem(asProblem(error)),
    );
    return () => stop.abort();
  }, [key, isWall, turn]);

  const origins = useOrigins(whole?.lines);
  const isThinned = whole?.lines.some((line) => line.values.length < line.total) ?? false;
  const zoomKey = zoom?.join();
  useEffect(() => {
    if (!zoom || !whole || !isThinned) {
      setDetail(undefined);
      return;
    }
    const range = serverRange(whole.lines, axis, whole.inner, origins, zoom);
    if (!range) return;
    const stop = new AbortController();
    const timer = setTimeout(() => {
      ask(serverAxis(axis, whole.inner), stop.signal, range).then(setDetail, (error: unknown) =>
        stop.signal.aborted || setProblem(asProblem(error)),
      );
    }, REST);
    return () => {
      clearTimeout(timer);
      stop.abort();
    };
    // New points of a run that goes on are added by themselves, and need no new detail.
  }, [zoomKey, axis, key, isThinned, whole?.inner, whole !== undefined]);

  const drawnLines = useRef<Line[]>(undefined);
  drawnLines.current = whole?.lines;
  useLive(key, runs, (add, tails) => {
    for (const waiting of news.current) waiting.push(...tails);
    setWhole((before) => before && { ...before, lines: add(before.lines) });
    setDetail((before) => before && add(before));
    const lines = add(drawnLines.current ?? []);
    // What was missed is read with all the rest.
    if (isGapped(lines, tails)) setTurn((before) => before + 1);
  });
  useEffect(() => on("reset", () => setTurn((before) => before + 1)), []);
  const again = (): void => {
    setProblem(undefined);
    setTurn((before) => before + 1);
  };
  return { whole: whole?.lines, detail: zoom && detail, origins, problem, again };
}

type Ask = (unit: ServerAxis, signal: AbortSignal) => Promise<Line[]>;

/** Where steps tell too little apart to thin by them, all is read again by what tells more. */
async function readWhole(ask: Ask, isWall: boolean, signal: AbortSignal): Promise<{ lines: Line[]; inner: ServerAxis }> {
  const lines = await ask(isWall ? "time" : "step", signal);
  const inner = thinningAxis(lines);
  if (isWall || inner === "step") return { lines, inner };
  return { lines: await ask(inner, signal), inner };
}

async function read(
  what: Pick<Wanted, "runs" | "series">,
  axis: ServerAxis,
  signal: AbortSignal,
  range?: [number, number],
): Promise<Line[]> {
  if (what.runs.length === 0) return [];
  const body = {
    runs: what.runs,
    series: what.series.map(({ name, phase }) => [name, phase]),
    axis,
    budget: BUDGET,
    ...(range && { from: Math.floor(range[0]), to: Math.ceil(range[1]) }),
  };
  const { histories } = await post<{ histories: WireHistory[] }>("/series", body, signal);
  return histories.map((history) => lineOf(history, axis));
}

/** Origins grow with new points but do not move: they are found anew only for other lines. */
function useOrigins(lines: Line[] | undefined): Map<string, Origin> {
  const kept = useRef<{ lines: Line[] | undefined; origins: Map<string, Origin> }>(undefined);
  if (!kept.current || kept.current.lines !== lines) {
    kept.current = { lines, origins: originsOf(lines ?? []) };
  }
  return kept.current.origins;
}

type LiveTail = Tail & { run: string };

const isOf = (tail: Tail, line: Line): boolean => tail.name === line.name && tail.phase === line.phase;

const grown = (line: Line, tails: readonly LiveTail[]): Line =>
  tails.filter((tail) => tail.run === line.run && isOf(tail, line)).reduce(appended, line);

/** Whether points have been missed. */
const isGapped = (lines: readonly Line[], tails: readonly LiveTail[]): boolean =>
  lines.some((line) => tails.some((tail) => tail.run === line.run && isOf(tail, line) && hasGap(line, tail)));

/** Collects new points and adds them before the next picture; a hidden tab draws none. */
function useLive(
  key: string,
  runs: readonly string[],
  change: (add: (lines: Line[]) => Line[], tails: readonly LiveTail[]) => void,
): void {
  // Before anything is painted, as they are read: what comes between would be missed.
  useLayoutEffect(() => {
    const drawn = new Set(runs);
    let waiting: LiveTail[] = [];
    let frame = 0;
    const flush = (): void => {
      frame = 0;
      const tails = waiting;
      waiting = [];
      change((lines) => lines.map((line) => grown(line, tails)), tails);
    };
    const stop = on("points", ({ run, series }) => {
      if (!drawn.has(run)) return;
      waiting.push(...series.map((tail) => ({ ...tail, run })));
      frame ||= requestAnimationFrame(flush);
    });
    return () => {
      cancelAnimationFrame(frame);
      stop();
    };
  }, [key]);
}
