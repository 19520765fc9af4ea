/** Reading from the server inside a component. */
import { useEffect, useState } from "preact/hooks";
import { get, Problem, type Values } from "./api.ts";

export interface Answer<T> {
  /** The newest answer; stays while the next one is on its way, and when that fails. */
  data: T | undefined;
  /** Whether that is the answer to what was asked before. */
  isOld: boolean;
  problem: Problem | undefined;
  isLoading: boolean;
  again: () => void;
}

/** How an answer is read: as JSON, or as a text. */
type Reading<T> = (path: string, values: Values, signal: AbortSignal) => Promise<T>;

/** The answer of `GET path`; nothing is asked while there is no path. `turn` asks again when it changes. */
export function useGet<T>(
  path: string | undefined,
  values: Values = {},
  turn: number | string = 0,
  read: Reading<T> = get,
): Answer<T> {
  const key = JSON.stringify([path, values]);
  const [state, setState] = useState<Omit<Answer<T>, "again" | "isOld"> & { of: Asked }>(NOTHING);
  const [tries, setTries] = useState(0);
  useEffect(() => {
    if (path === undefined) return;
    const stop = new AbortController();
    setState((before) => ({ ...before, isLoading: true }));
    read(path, values, stop.signal).then(
      (data) => {
        if (stop.signal.aborted) return;
        setState({ of: { path, key }, data, problem: undefined, isLoading: false });
      },
      (error: unknown) => {
        if (stop.signal.aborted) return;
        const problem = asProblem(error);
        // What another path answered does not belong to this one.
        setState((before) => ({
          of: before.of,
          data: before.of.path === path ? before.data : undefined,
          problem,
          isLoading: false,
        }));
      },
    );
    return () => stop.abort();
  }, [key, tries, turn]);
  const { of, ...answer } = state;
  return { ...answer, isOld: of.key !== key, again: () => setTries((before) => before + 1) };
}

/** What the data is the answer to. */
interface Asked {
  path?: string;
  key?: string;
}

const NOTHING = { of: {}, data: undefined, problem: undefined, isLoading: true };

export function asProblem(error: unknown): Problem {
  if (error instanceof Problem) return error;
  return new Problem(0, "", error instanceof Error ? error.message : String(error));
}

/** True some time after `is` has become true: what comes sooner needs no sign that it is awaited. */
export function useLate(is: boolean, milliseconds = 150): boolean {
  const [isLate, setLate] = useState(false);
  useEffect(() => {
    if (!is) {
      setLate(false);
      return;
    }
    const timer = setTimeout(() => setLate(true), milliseconds);
    return () => clearTimeout(timer);
  }, [is, milliseconds]);
  return isLate;
}

/** The time, told anew every few seconds. */
export function useNow(): number {
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    const tick = setInterval(() => setNow(Date.now()), 5000);
    return () => clearInterval(tick);
  }, []);
  return now;
}

/** Sets the title of the page. */
export function useTitle(title: string): void {
  useEffect(() => {
    document.title = title ? `${title} · Entia` : "Entia";
  }, [title]);
}
