/** The runs of the table: read in pages as they are looked at, and kept as they change. */
import { computed, signal } from "@preact/signals";
import { get, type Problem, type Values } from "../api.ts";
import type { Table, TableField } from "../types.ts";
import { asProblem } from "../use.ts";
import { groupLine, runLine, type Group, type Line } from "./lines.ts";
import { orderBy } from "./order.ts";

/** What is asked for. */
export interface Wanted {
  experiment: string;
  /** Filter and order. */
  query: string;
  /** Nothing where the server chooses. */
  columns: string;
  /** `none`, the fields to group by, or nothing: repeats, where there are any. */
  group: string;
}

interface Groups {
  groups: Group[];
  fields: TableField[];
  constant: Record<string, unknown>;
  order: Table["order"];
  total: number;
  seq?: number | null;
}

/** Runs are read in pages of so many; by their uuids, so many at once. */
const PAGE = 200;
const MOST = 1000;
/** The server gives so many groups; by itself the table is grouped only where none is left out. */
export const MOST_GROUPS = 1000;
const LATER = 500;
const NO_FIELDS: readonly TableField[] = [];
const NO_UUIDS: readonly string[] = [];

export class TableModel {
  /** The lists have gaps where lines have not been looked at. */
  readonly table = signal<Table | undefined>(undefined);
  readonly groups = signal<Groups | undefined>(undefined);
  readonly problem = signal<Problem | undefined>(undefined);
  readonly isLoading = signal(false);
  /** Runs that have come since the table was read. */
  readonly fresh = signal<ReadonlySet<string>>(new Set());
  readonly opened = signal<ReadonlySet<string>>(new Set());

  /** Runs of opened groups that are not in the table. */
  readonly #inside = signal<Pick<Table, "uuids" | "columns">>({ uuids: [], columns: {} });
  #wanted: Wanted | undefined;
  #stop = new AbortController();
  #isReadingMore = false;
  /** The lines that are looked at. */
  #looked: readonly [from: number, to: number] = [0, 0];
  #readAt = Date.now();
  /** Lines that were made of a table: the same object means that nothing of it has changed. */
  #made: { of: Table | undefined; lines: Line[] } = { of: undefined, lines: [] };

  readonly total = computed(() => this.table.value?.total ?? 0);
  readonly fields = computed(() => (this.groups.value ?? this.table.value)?.fields ?? NO_FIELDS);
  readonly isGrouped = computed(() => this.groups.value !== undefined);

  /** The lines where runs are in groups; else each run is one, and they are not listed. */
  readonly #groupLines = computed(() => {
    const groups = this.groups.value?.groups;
    if (!groups) return undefined;
    const [table, inside, opened] = [this.table.value, this.#inside.value, this.opened.value];
    return groups.flatMap((group) => {
      const first = insideLine([table], group.runs[0] ?? "")[0];
      const line = groupLine(group, opened.has(`group ${group.runs[0]}`), first);
      if (!line.isOpen) return [line];
      return [line, ...group.runs.flatMap((uuid) => insideLine([table, inside], uuid))];
    });
  });

  readonly lineCount = computed(() => {
    const lines = this.#groupLines.value;
    return lines ? lines.length + this.#unreadGroups.value : this.total.value;
  });

  readonly #unreadGroups = computed(() => {
    const { groups, total } = this.groups.value ?? { groups: [], total: 0 };
    return Math.max(0, Math.min(total, MOST_GROUPS) - groups.length);
  });

  /** A line, or nothing as long as it has not been read. */
  line(at: number): Line | undefined {
    const lines = this.#groupLines.value;
    if (lines) return lines[at];
    const table = this.table.value;
    if (!table || !(at in table.uuids)) return undefined;
    if (this.#made.of !== table) this.#made = { of: table, lines: [] };
    return (this.#made.lines[at] ??= runLine(table, at));
  }

  /** The line of a run, wherever it was read. */
  find(uuid: string): Line | undefined {
    return insideLine([this.table.value, this.#inside.value], uuid)[0];
  }

  lines(from: number, to: number): Line[] {
    const found: Line[] = [];
    for (let at = from; at < to; at++) {
      const line = this.line(at);
      if (line) found.push(line);
    }
    return found;
  }

  /** All the values of a field that were read, for widths and for the best. */
  cells(field: string): readonly unknown[] {
    const groups = this.groups.value?.groups;
    return groups ? groups.map((group) => group.values[field]) : (this.table.value?.columns[field] ?? []);
  }

  /** The runs that were read. */
  readonly read = computed(() => this.table.value?.uuids.filter(() => true) ?? NO_UUIDS);

  readonly hasAll = computed(() =>
    this.isGrouped.value ? this.#unreadGroups.value === 0 : this.read.value.length >= this.total.value,
  );

  async load(wanted: Wanted): Promise<void> {
    this.#stop.abort();
    this.#stop = new AbortController();
    const { signal } = this.#stop;
    this.#wanted = wanted;
    this.isLoading.value = true;
    try {
      const table = await get<Table>("/table", this.#values({ limit: PAGE, total: true, constant: true }), signal);
      const hasFew = (table.repeated ?? 0) > 0 && (table.total ?? 0) <= MOST_GROUPS;
      const isGrouped = wanted.group !== "none" && (wanted.group !== "" || hasFew);
      const groups = isGrouped ? await this.#readGroups(signal, this.groups.peek() ? undefined : PAGE) : undefined;
      if (signal.aborted) return;
      this.#readAt = Date.now();
      this.table.value = table;
      this.groups.value = groups;
      this.problem.value = undefined;
      this.fresh.value = new Set();
      if (this.#unreadGroups.peek() > 0) void this.#readOtherGroups(signal);
    } catch (error) {
      if (signal.aborted) return;
      this.problem.value = asProblem(error);
    }
    this.isLoading.value = false;
  }

  reload(): Promise<void> {
    return this.#wanted ? this.load(this.#wanted) : Promise.resolve();
  }

  /** Whether a run was created after the table was read; clocks may differ a little. */
  isNew(created: string): boolean {
    return Date.parse(created) > this.#readAt - 2000;
  }

  close(): void {
    this.#stop.abort();
  }

  #values(more: Values): Values {
    const { experiment, query, columns } = this.#wanted ?? { experiment: "", query: "", columns: "" };
    return { experiment, query, columns, ...more };
  }

  /** With the columns and the order of what is shown, which the server may have chosen. */
  #again(more: Values): Values {
    const { query = "" } = this.#wanted ?? {};
    const order = / order by /i.test(query) ? "" : orderBy(this.table.peek()?.order ?? []);
    const columns = this.fields.peek().map(({ field }) => field);
    return this.#values({ query: query + order, columns: columns.join(","), ...more });
  }

  #readGroups(signal: AbortSignal, limit?: number): Promise<Groups> {
    const by = this.#wanted?.group ?? "";
    return get<Groups>("/groups", this.#values({ by, limit }), signal);
  }

  /** What is on the screen is drawn first, with its curves. All may have been read meanwhile. */
  async #readOtherGroups(signal: AbortSignal): Promise<void> {
    const few = this.groups.peek();
    const isWanted = (): boolean => !signal.aborted && this.groups.peek() === few;
    await new Promise((resolve) => setTimeout(resolve, LATER));
    if (!isWanted()) return;
    try {
      const all = await this.#readGroups(signal);
      if (isWanted()) this.groups.value = all;
    } catch (error) {
      if (isWanted()) this.problem.value = asProblem(error);
    }
  }

  /** Reads the pages of the lines that are looked at, wherever in the table they are. */
  async reach(from: number, to: number): Promise<void> {
    this.#looked = [from, to];
    if (this.#isReadingMore || this.isGrouped.peek()) return;
    this.#isReadingMore = true;
    const { signal } = this.#stop;
    try {
      for (let at = this.#unread(); at !== undefined; at = this.#unread()) {
        const skip = at - (at % PAGE);
        const page = await get<Table>("/table", this.#again({ limit: PAGE, skip }), signal);
        const table = this.table.peek();
        if (signal.aborted || !table) break;
        this.table.value = placed(table, skip, page);
        // Fewer than were counted: some have gone meanwhile.
        if (skip + page.uuids.length <= at) break;
      }
    } catch (error) {
      if (!signal.aborted) this.problem.value = asProblem(error);
    }
    this.#isReadingMore = false;
  }

  /** The first of the lines looked at that has not been read. */
  #unread(): number | undefined {
    const uuids = this.table.peek()?.uuids ?? NO_UUIDS;
    const [from, to] = this.#looked;
    const end = Math.min(to, this.total.peek());
    for (let at = Math.max(0, from); at < end; at++) if (!(at in uuids)) return at;
    return undefined;
  }

  async toggleGroup(line: Line): Promise<void> {
    const opened = new Set(this.opened.peek());
    if (!opened.delete(line.key)) opened.add(line.key);
    this.opened.value = opened;
    const known = new Set([...(this.table.peek()?.uuids ?? []), ...this.#inside.peek().uuids]);
    const missing = line.uuids.filter((uuid) => !known.has(uuid));
    if (missing.length === 0 || !opened.has(line.key)) return;
    const values = this.#again({ limit: MOST, runs: missing.join(",") });
    const found = await get<Table>("/table", values, this.#stop.signal).catch(() => undefined);
    if (found) this.#inside.value = placed(this.#inside.peek(), this.#inside.peek().uuids.length, found);
  }

  /** Reads runs that have changed again: those that are shown change in place, new ones are told. */
  async refresh(uuids: readonly string[], created: ReadonlySet<string>): Promise<void> {
    const table = this.table.peek();
    if (!table) return;
    if (table.uuids.length === 0) return this.reload();
    const { signal } = this.#stop;
    const values = this.#again({ limit: MOST, runs: uuids.join(",") });
    const found = await get<Table>("/table", values, signal).catch(() => undefined);
    if (!found || signal.aborted) return;
    const places = new Map(table.uuids.flatMap((uuid, at) => [[uuid, at] as const]));
    const news = found.uuids.filter((uuid) => !places.has(uuid) && created.has(uuid));
    if (news.length > 0) this.fresh.value = new Set([...this.fresh.peek(), ...news]);
    const columns = Object.fromEntries(Object.entries(table.columns).map(([field, cells]) => [field, cells.slice()]));
    for (const [at, uuid] of found.uuids.entries()) {
      const place = places.get(uuid);
      if (place === undefined) continue;
      for (const [field, cells] of Object.entries(columns)) cells[place] = found.columns[field]?.[at];
    }
    this.table.value = { ...table, columns };
    if (this.isGrouped.peek()) this.groups.value = await this.#readGroups(signal).catch(() => this.groups.peek());
  }

  remove(uuids: ReadonlySet<string>): void {
    const table = this.table.peek();
    const gone = this.read.peek().filter((uuid) => uuids.has(uuid));
    if (!table || gone.length === 0) return;
    const kept = table.uuids.slice();
    const columns = Object.fromEntries(Object.entries(table.columns).map(([field, cells]) => [field, cells.slice()]));
    for (const uuid of gone) {
      const at = kept.indexOf(uuid);
      for (const list of [kept, ...Object.values(columns)]) list.splice(at, 1);
    }
    this.table.value = { ...table, uuids: kept, columns, total: Math.max(0, (table.total ?? 0) - gone.length) };
    if (this.isGrouped.peek()) void this.reload();
  }
}

function insideLine(tables: readonly (Pick<Table, "uuids" | "columns"> | undefined)[], uuid: string): Line[] {
  for (const table of tables) {
    const at = table?.uuids.indexOf(uuid) ?? -1;
    if (table && at >= 0) return [runLine(table, at, 1)];
  }
  return [];
}

/** A table with a page in its place; what lies between stays a gap. */
function placed<T extends Pick<Table, "uuids" | "columns">>(table: T, skip: number, page: Table): T {
  const put = <C>(cells: readonly C[] = [], read: readonly C[] = []): C[] => {
    const all = cells.slice();
    read.forEach((cell, at) => (all[skip + at] = cell));
    return all;
  };
  const fields = Object.keys({ ...table.columns, ...page.columns });
  const columns = Object.fromEntries(fields.map((field) => [field, put(table.columns[field], page.columns[field])]));
  return { ...table, uuids: put(table.uuids, page.uuids), columns };
}
