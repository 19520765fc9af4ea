/** Numbers, times and sizes as a person reads them; all digits stay in tooltips and copies. */
import { digits } from "./settings.ts";

/** What a cell may hold. */
export type Cell = unknown;

/** `0.001`, `64`, `1.2e-7`, `NaN`: as many digits as the settings say, and none that is not there. */
export function number(value: number, significant = digits.value): string {
  if (Number.isNaN(value)) return "NaN";
  if (!Number.isFinite(value)) return value > 0 ? "∞" : "−∞";
  if (value === 0) return "0";
  if (Number.isInteger(value) && Math.abs(value) < 1e9) return minus(String(value));
  const size = Math.abs(value);
  if (size >= 1e6 || size < 1e-4) {
    return minus(value.toExponential(significant - 1).replace(/\.?0+e/, "e").replace("e+", "e"));
  }
  const text = value.toPrecision(Math.max(significant, Math.ceil(Math.log10(size))));
  return minus(text.includes(".") ? text.replace(/\.?0+$/, "") : text);
}

/** A minus sign is as wide as the digits; a hyphen is not. */
const minus = (text: string): string => text.replace("-", "−");

/** A number as JSON carries it: the three that JSON lacks are texts, in a value of any type under `$float`. */
export function toNumber(value: unknown): number | undefined {
  if (typeof value === "number") return value;
  if (typeof value === "object" && value !== null && "$float" in value) return toNumber(value.$float);
  if (value === "NaN") return NaN;
  if (value === "Infinity") return Infinity;
  if (value === "-Infinity") return -Infinity;
  return undefined;
}

/** Any value in a cell. */
export function text(value: Cell): string {
  const found = toNumber(value);
  if (found !== undefined) return number(found);
  if (value === null || value === undefined) return "";
  return typeof value === "string" ? value : JSON.stringify(value);
}

/** Any value with all its digits, for tooltips and for the clipboard. */
export function exact(value: Cell): string {
  if (value === null || value === undefined) return "";
  const found = toNumber(value);
  if (found !== undefined) return String(found);
  return typeof value === "string" ? value : JSON.stringify(value);
}

/** A message of the server as a sentence: it begins small and ends open, as errors of Rust do. */
export const sentence = (text: string): string =>
  text.charAt(0).toUpperCase() + text.slice(1) + (/[.?!]$/.test(text) ? "" : ".");

/** `1 h 04 min`, `3.2 s`: two units at most. */
export function duration(seconds: number): string {
  if (!Number.isFinite(seconds) || seconds < 0) return "";
  if (seconds < 1) return `${Math.round(seconds * 1000)} ms`;
  if (seconds < 10) return `${seconds.toFixed(1)} s`;
  if (seconds < 60) return `${Math.round(seconds)} s`;
  const whole = Math.round(seconds);
  const pad = (value: number): string => String(value).padStart(2, "0");
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${pad(whole % 60)} s`;
  if (whole < 86_400) return `${Math.floor(whole / 3600)} h ${pad(Math.floor((whole % 3600) / 60))} min`;
  return `${Math.floor(whole / 86_400)} d ${pad(Math.floor((whole % 86_400) / 3600))} h`;
}

/** `3 min ago`: how long ago a time was. */
export function age(time: string, now = Date.now()): string {
  const seconds = Math.max(0, (now - Date.parse(time)) / 1000);
  if (seconds < 45) return "just now";
  for (const [unit, size] of AGES) if (seconds >= size) return `${Math.floor(seconds / size)} ${unit} ago`;
  return "1 min ago";
}

const AGES = [["y", 31_557_600], ["mo", 2_629_800], ["d", 86_400], ["h", 3600], ["min", 60]] as const;

/** A time in full, in the zone of the reader: `2026-07-01 14:03:10`. */
export function time(value: string): string {
  const at = new Date(value);
  if (Number.isNaN(at.getTime())) return value;
  const zone = at.getTimezoneOffset() * 60_000;
  return new Date(at.getTime() - zone).toISOString().slice(0, 19).replace("T", " ");
}

/** `14:03:10` */
export const clock = (value: number): string => new Date(value).toLocaleTimeString();

/** `3.4 MB` */
export function bytes(size: number): string {
  const units = ["B", "kB", "MB", "GB", "TB"];
  const at = size < 1000 ? 0 : Math.min(units.length - 1, Math.floor(Math.log10(size) / 3));
  const value = size / 1000 ** at;
  return `${at === 0 || value >= 100 ? Math.round(value) : value.toFixed(1)} ${units[at]}`;
}

/** `1,240`, of whole numbers: the tables of languages take longer to load than the rest of the page. */
export const count = (value: number): string => String(value).replace(/\B(?=(\d{3})+$)/g, ",");

/** `1 run`, `20 runs` */
export const plural = (value: number, word: string): string =>
  `${count(value)} ${word}${value === 1 ? "" : "s"}`;
