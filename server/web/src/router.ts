/** The address is the state of the page: what is shown follows from it, and back undoes a change. */
import { batch, computed, signal } from "@preact/signals";
import { get, post } from "./api.ts";

/** Longer addresses are kept by the server, and become `?v=` and eight characters. */
const LONGEST = 300;
const VIEW = "v";

interface View {
  path: string;
  query: string;
}

export const path = signal(location.pathname);
const query = signal(new URLSearchParams(location.search));
/** Views by their ids, so that going back asks nothing. */
const views = new Map<string, string>();

/** A key of the query as a value that components read and set; left out where it is the default. */
export interface Bound {
  readonly value: string;
  readonly peek: () => string;
  /** `replace` while something is typed or dragged, so that back does not go through each letter. */
  set(value: string, how?: How): void;
}

export type How = "push" | "replace";

const bounds = new Map<string, Bound>();

export function bound(key: string, fallback = ""): Bound {
  const name = `${key}=${fallback}`;
  const known = bounds.get(name);
  if (known) return known;
  const current = computed(() => query.value.get(key) ?? fallback);
  const made: Bound = {
    get value() {
      return current.value;
    },
    peek: () => current.peek(),
    set: (value, how = "push") => change({ [key]: value === fallback ? "" : value }, how),
  };
  bounds.set(name, made);
  return made;
}

/** Sets many keys in one step; an empty value takes a key away. */
export function change(values: Record<string, string>, how: How = "push"): void {
  const next = new URLSearchParams(query.peek());
  for (const [key, value] of Object.entries(values)) {
    if (value === "") next.delete(key);
    else next.set(key, value);
  }
  show(path.peek(), next, how);
}

/** Goes to an address of this page, as `/experiments/digits?q=adam`. */
export function go(to: string, how: How = "push"): void {
  const url = new URL(to, location.origin);
  show(url.pathname, url.searchParams, how);
  if (how === "push") scrollTo(0, 0);
}

/** The address of now with some keys changed, for links. */
export function href(to: string, values: Record<string, string> = {}): string {
  const pairs = Object.entries(values).filter(([, value]) => value !== "");
  return to + write(new URLSearchParams(pairs));
}

/** The whole address, also where a short one is shown in its place. */
export function longAddress(): string {
  return location.origin + path.peek() + write(query.peek());
}

let isMoved = false;

/** Whether somebody has gone anywhere since the page was loaded. */
export const hasMoved = (): boolean => isMoved;

function show(nextPath: string, next: URLSearchParams, how: How): void {
  next.sort();
  const text = write(next);
  const isSame = nextPath === path.peek() && text === write(query.peek());
  if (isSame) return;
  isMoved ||= how === "push";
  history[how === "push" ? "pushState" : "replaceState"](null, "", nextPath + text);
  batch(() => {
    path.value = nextPath;
    query.value = next;
  });
  shorten();
}

/** Characters that need no escape in a query stay as they are, so that addresses can be read. */
function write(values: URLSearchParams): string {
  const text = values.toString().replace(/%(2C|3A|2F|5B|5D|7E|40|21|28|29|3C|3E)/g, (escape) =>
    escape === "%3C" || escape === "%3E" ? escape : decodeURIComponent(escape),
  );
  return text && `?${text}`;
}

let shortening: ReturnType<typeof setTimeout> | undefined;

/** Has a long address kept. A server that keeps nothing leaves it long, which works as well. */
function shorten(): void {
  clearTimeout(shortening);
  if (longAddress().length <= LONGEST) return;
  shortening = setTimeout(async () => {
    const text = query.peek().toString();
    const view: View = { path: path.peek(), query: text };
    const kept = await post<{ id: string }>("/views", view).catch(() => undefined);
    if (!kept || query.peek().toString() !== text) return;
    views.set(kept.id, text);
    history.replaceState(null, "", `${path.peek()}?${VIEW}=${kept.id}`);
  }, 800);
}

/** Reads the address bar, after back and forward and at the start. */
async function read(): Promise<void> {
  const found = new URLSearchParams(location.search);
  const id = found.get(VIEW);
  const pathname = location.pathname;
  if (id && !views.has(id)) {
    const kept = await get<{ view: View }>(`/views/${encodeURIComponent(id)}`).catch(() => undefined);
    views.set(id, kept?.view.query ?? "");
  }
  batch(() => {
    path.value = pathname;
    query.value = id ? new URLSearchParams(views.get(id)) : found;
  });
}

/** Follows links of the page without loading it again; others are left to the browser. */
function follow(event: MouseEvent): void {
  if (event.defaultPrevented || event.button !== 0) return;
  if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
  const link = event.target instanceof Element ? event.target.closest("a") : null;
  if (!link || link.target || link.hasAttribute("download") || link.origin !== location.origin) return;
  if (link.hash || /^\/(api|sign-|licences|metrics)/.test(link.pathname)) return;
  event.preventDefault();
  go(link.pathname + link.search);
}

/** Begins to follow the address; the first picture waits for a view that is named. */
export async function start(): Promise<void> {
  addEventListener("popstate", () => void read());
  document.addEventListener("click", follow);
  await read();
}
