/**
 * What changes in the store, as it happens. One tab of a browser listens and tells the others: a
 * browser opens six connections to a server at most, and a connection for each tab would use them up.
 */
import { signal } from "@preact/signals";
import { get } from "./api.ts";
import type { Job, Num, Run } from "./types.ts";

/** A run that was removed is told by its uuid alone. */
export type RunEvent = Run | { experiment: string; run: string };

export interface PointsEvent {
  run: string;
  experiment: string;
  series: {
    name: string;
    phase: string;
    steps: number[];
    epochs: number[];
    times: number[];
    values: Num[];
    /** How many points the series has with these. */
    total: number;
  }[];
}

interface Kinds {
  run: RunEvent;
  experiment: unknown;
  job: Job;
  points: PointsEvent;
  /** The numbers of events have changed: everything shown has to be read again. */
  reset: unknown;
}

type Kind = keyof Kinds;
const KINDS: readonly Kind[] = ["run", "experiment", "job", "points", "reset"];

/** Whether the server is heard. */
export type Connection =
  | { is: "connecting" }
  | { is: "live" }
  | { is: "off" }
  | { is: "lost"; since: number; retryAt: number };

export const connection = signal<Connection>({ is: "connecting" });

type Message =
  | { about: "event"; kind: Kind; data: unknown }
  | { about: "connection"; connection: Connection }
  | { about: "hello" };

const listeners = new Map<Kind, Set<(data: never) => void>>();

/** Calls `then` with every event of a kind; what is returned ends that. */
export function on<K extends Kind>(kind: K, then: (data: Kinds[K]) => void): () => void {
  const all = listeners.get(kind) ?? new Set();
  listeners.set(kind, all);
  all.add(then);
  return () => void all.delete(then);
}

function tell(kind: Kind, data: unknown): void {
  for (const then of [...(listeners.get(kind) ?? [])]) then(data as never);
}

const SILENT_AFTER = 45_000;
const RETRIES = [1000, 2000, 4000, 8000, 15_000];

/**
 * Begins to listen, or to be told by the tab that does; not where the store tells no changes. `seq` is the
 * number of the newest change when the page was read: what came after it is told first.
 */
export function start(hasEvents: boolean, seq: number | undefined): void {
  if (!hasEvents) {
    connection.value = { is: "off" };
    return;
  }
  if (!("BroadcastChannel" in globalThis) || !navigator.locks) {
    new Listener(() => undefined, seq).open();
    return;
  }
  const channel = new BroadcastChannel("entia.events");
  channel.onmessage = ({ data }: MessageEvent<Message>) => {
    if (data.about === "event") tell(data.kind, data.data);
    else if (data.about === "connection") connection.value = data.connection;
  };
  channel.postMessage({ about: "hello" } satisfies Message);
  // Held as long as the tab lives: the next tab that waits for it goes on.
  void navigator.locks.request("entia.events", () => {
    const listener = new Listener((message) => channel.postMessage(message), seq);
    channel.onmessage = ({ data }: MessageEvent<Message>) => {
      if (data.about === "hello") listener.greet();
    };
    listener.open();
    return new Promise<never>(() => undefined);
  });
}

/** The connection of the tab that listens. */
class Listener {
  #source: EventSource | undefined;
  /** The number of the last event; kept by the browser, so that the next tab goes on from it. */
  #last: string | null;
  #tries = 0;
  #watch: ReturnType<typeof setTimeout> | undefined;
  #heardAt = Date.now();

  constructor(
    readonly share: (message: Message) => void,
    seq: number | undefined,
  ) {
    this.#last = storedLast() ?? seq?.toString() ?? null;
  }

  open(): void {
    const after = this.#last ? `?after=${encodeURIComponent(this.#last)}` : "";
    const source = new EventSource(`/api/v1/events${after}`);
    this.#source = source;
    source.onerror = () => this.#lose();
    source.addEventListener("ping", (event) => this.#heard(event));
    for (const kind of KINDS) {
      source.addEventListener(kind, (event: MessageEvent<string>) => {
        this.#heard(event);
        const data: unknown = JSON.parse(event.data);
        tell(kind, data);
        this.share({ about: "event", kind, data });
      });
    }
    this.#expect();
  }

  /** Tells a new tab how the connection is. */
  greet(): void {
    this.share({ about: "connection", connection: connection.peek() });
  }

  #heard(event: MessageEvent<string>): void {
    this.#tries = 0;
    this.#heardAt = Date.now();
    if (event.lastEventId) {
      this.#last = event.lastEventId;
      keepLast(event.lastEventId);
    }
    if (connection.peek().is !== "live") this.#say({ is: "live" });
    this.#expect();
  }

  /** A connection may be dead without an error: a server says something every 15 seconds. */
  #expect(): void {
    clearTimeout(this.#watch);
    this.#watch = setTimeout(() => this.#lose(), SILENT_AFTER);
  }

  /** Opened anew by hand: a browser gives up for ever after some answers, and waits unevenly. */
  #lose(): void {
    this.#source?.close();
    clearTimeout(this.#watch);
    const wait = RETRIES[Math.min(this.#tries++, RETRIES.length - 1)] ?? 1000;
    this.#say({ is: "lost", since: this.#heardAt, retryAt: Date.now() + wait });
    // A stream does not say why it ends; a call does, and leads to the sign-in where the token has ended.
    void get("/about").catch(() => undefined);
    setTimeout(() => this.open(), wait);
  }

  #say(next: Connection): void {
    connection.value = next;
    this.share({ about: "connection", connection: next });
  }
}

const LAST = "entia.events.last";

/** What was missed before this page was read is in what it reads; only a gap since then counts. */
function storedLast(): string | null {
  try {
    const [id, at] = (localStorage.getItem(LAST) ?? "").split(" ");
    return id && Date.now() - Number(at) < SILENT_AFTER ? id : null;
  } catch {
    return null;
  }
}

/** A browser that keeps nothing begins with what changes from now on. */
function keepLast(id: string): void {
  try {
    localStorage.setItem(LAST, `${id} ${Date.now()}`);
  } catch {
    return;
  }
}
