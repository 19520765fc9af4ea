/** Reading from the server inside a component. */
import { useEffect, useState } from "preact/hooks";
import { get, getText, Problem, type Values } from "./api.ts";

export interface Answer<T> {
  /** The newest answer; stays while the next one is on its way, and when that fails. */
  data: T | undefined;
  /** Whether that is the answer to what was asked before. */
  isOld: boolean;
  problem: Problem | undefined;
  isLoading: boolean;
  again: () => void;
}

/** The answer of `GET path`; nothing is asked while there is no path. `turn` asks again when it changes. */
export function useGet<T>(path: string | undefined, values: Values = {}, turn = 0): Answer<T> {
  const key = JSON.stringify([path, values]);
  const [state, setState] = useState<Omit<Answer<T>, "again" | "isOld"> & { of: Asked }>(NOTHING);
  const [tries, setTries] = useState(0);
  useEffect(() => {
    if (path === undefined) return;
    const stop = new AbortController();
    setState((before) => ({ ...before, isLoading: true }));
    get<T>(path, values, stop.signal).then(
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

/** The text at a path, or why it cannot be read; read again when its hash changes. */
export function useText(path: string, hash: string): string | undefined {
  const [text, setText] = useState<string>();
  useEffect(() => {
    const stop = new AbortController();
    getText(path, stop.signal).then(setText, (error: unknown) => {
      if (!stop.signal.aborted) setText(asProblem(error).message);
    });
    return () => stop.abort();
  }, [path, hash]);
  return text;
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

/** Sets the title of the page. */
export function useTitle(title: string): void {
  useEffect(() => {
    document.title = title ? `${title} · Entia` : "Entia";
  }, [title]);
}
