/** Calls of the REST interface: JSON in, JSON out, a typed error where the server refuses. */

export type Json = null | boolean | number | string | Json[] | { [name: string]: Json };
export type Values = Record<string, string | number | boolean | undefined>;

/** What `application/problem+json` says. */
export class Problem extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    detail: string,
    readonly hint?: string,
    /** A character of the query at fault, as it was typed. */
    readonly position?: number,
    /** The runs that an ambiguous or unknown id may mean. */
    readonly candidates: string[] = [],
  ) {
    super(detail);
  }
}

/** The server cannot be reached, or says nothing that is understood. */
export const UNREACHABLE = "unreachable";

export const PREFIX = "/api/v1";
const kept = new Map<string, { tag: string; answer: unknown }>();
const KEPT_MOST = 100;
let first: Record<string, unknown> | undefined;

/** What the server puts into the page, so that the first picture needs no further request. */
async function takeFirst(path: string): Promise<unknown> {
  if (!first) {
    // The script may run before all of the page has come.
    if (document.readyState === "loading") {
      await new Promise((resolve) => document.addEventListener("DOMContentLoaded", resolve, { once: true }));
    }
    const text = document.getElementById("entia-first")?.textContent ?? "{}";
    first ??= parsed(text);
  }
  const answer = first[path];
  delete first[path];
  return answer;
}

/** Of a page that was cut off there is nothing to be had. */
function parsed(text: string): Record<string, unknown> {
  try {
    return JSON.parse(text) as Record<string, unknown>;
  } catch {
    return {};
  }
}

/** `/runs?limit=5` of `/runs` and its values; those that are undefined are left out. */
export function address(path: string, values: Values = {}): string {
  const pairs = Object.entries(values).filter((pair) => pair[1] !== undefined && pair[1] !== "");
  const query = new URLSearchParams(pairs.map(([key, value]) => [key, String(value)])).toString();
  return query ? `${path}?${query}` : path;
}

/** `GET`: at once where the page brought the answer, and without a body where nothing has changed. */
export async function get<T>(path: string, values?: Values, signal?: AbortSignal): Promise<T> {
  const url = PREFIX + address(path, values);
  const brought = await takeFirst(url);
  if (brought !== undefined) return brought as T;
  const known = kept.get(url);
  const headers: HeadersInit = known ? { "If-None-Match": known.tag } : {};
  const response = await ask(url, { headers, ...(signal && { signal }) });
  if (response.status === 304 && known) return known.answer as T;
  const answer = (await response.json()) as T;
  const tag = response.headers.get("ETag");
  if (tag) keep(url, tag, answer);
  return answer;
}

/** `GET` of what is no JSON. */
export async function getText(path: string, values: Values, signal: AbortSignal): Promise<string> {
  return (await ask(PREFIX + address(path, values), { signal })).text();
}

function keep(url: string, tag: string, answer: unknown): void {
  kept.delete(url);
  kept.set(url, { tag, answer });
  const [oldest] = kept.keys();
  if (kept.size > KEPT_MOST && oldest !== undefined) kept.delete(oldest);
}

/** `POST`, `PATCH`, `PUT` or `DELETE` with JSON. */
export async function send<T>(
  method: "POST" | "PATCH" | "PUT" | "DELETE",
  path: string,
  body?: unknown,
  signal?: AbortSignal,
): Promise<T> {
  const response = await ask(PREFIX + path, {
    method,
    ...(body !== undefined && {
      body: JSON.stringify(body),
      headers: { "Content-Type": "application/json" },
    }),
    ...(signal && { signal }),
  });
  const text = await response.text();
  return (text ? JSON.parse(text) : undefined) as T;
}

export const post = <T>(path: string, body: unknown, signal?: AbortSignal): Promise<T> =>
  send<T>("POST", path, body, signal);

async function ask(url: string, init: RequestInit): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(url, { credentials: "same-origin", ...init });
  } catch (error) {
    if (error instanceof DOMException && error.name === "AbortError") throw error;
    throw new Problem(0, UNREACHABLE, "The server does not answer.", "is it still running?");
  }
  if (response.ok || response.status === 304) return response;
  const problem = await problemOf(response);
  if (problem.status === 401) signIn();
  throw problem;
}

async function problemOf(response: Response): Promise<Problem> {
  const isProblem = response.headers.get("Content-Type")?.includes("json");
  const body = isProblem ? ((await response.json()) as Partial<ProblemDocument>) : {};
  const detail = body.detail ?? `The server answers ${response.status} ${response.statusText}.`;
  const hint = body.hint ?? undefined;
  const position = body.position ?? undefined;
  const candidates = body.candidates ?? [];
  return new Problem(response.status, body.code ?? "", detail, hint, position, candidates);
}

interface ProblemDocument {
  code: string;
  detail: string;
  hint: string | null;
  position: number | null;
  candidates: string[] | null;
}

/** A token is asked for, or has expired: after signing in, the page that was open is shown again. */
function signIn(): void {
  sessionStorage.setItem("entia.after", location.pathname + location.search);
  location.assign("/sign-in");
}

/** Where to go after a sign-in that began on another page. */
export function takeAfterSignIn(): string | null {
  const after = sessionStorage.getItem("entia.after");
  sessionStorage.removeItem("entia.after");
  return after;
}
