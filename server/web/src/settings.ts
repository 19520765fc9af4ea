/** What this browser remembers: no more than how a person likes to see things. */
import { effect, signal, type Signal } from "@preact/signals";

/** A signal that is kept in the browser. A browser that keeps nothing forgets it, no more. */
export function setting<T>(name: string, fallback: T): Signal<T> {
  const key = `entia.${name}`;
  const made = signal(read(key, fallback));
  let isFirst = true;
  effect(() => {
    const { value } = made;
    if (isFirst) {
      isFirst = false;
      return;
    }
    try {
      localStorage.setItem(key, JSON.stringify(value));
    } catch {
      // Storage may be full or forbidden; the value holds as long as the page is open.
    }
  });
  return made;
}

function read<T>(key: string, fallback: T): T {
  try {
    const text = localStorage.getItem(key);
    return text === null ? fallback : (JSON.parse(text) as T);
  } catch {
    return fallback;
  }
}

/** Single keys can be switched off, for those whose speech or switch input sends them. */
export const shortcuts = setting("shortcuts", true);

/** How many significant digits a number is shown with. */
export const digits = setting("digits", 4);
