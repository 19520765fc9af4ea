/** Single keys, as each page registers them; `?` lists those that work where one is. */
import { signal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { shortcuts } from "./settings.ts";

/** What a key does, and how it is called. Keys of two letters are typed one after the other. */
export type Keys = Record<string, readonly [name: string, act: () => void]>;

/** All that are registered now, the newest last. */
export const registered = signal<readonly { readonly current: Keys }[]>([]);

/** Registers keys as long as the component is shown. */
export function useKeys(keys: Keys): void {
  const held = useRef(keys);
  held.current = keys;
  useEffect(() => {
    registered.value = [...registered.peek(), held];
    return () => {
      registered.value = registered.peek().filter((other) => other !== held);
    };
  }, []);
}

let before = "";
let forget: ReturnType<typeof setTimeout> | undefined;

function act(event: KeyboardEvent): void {
  if (!shortcuts.peek() || event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
  if (isTyping(event.target) || document.querySelector("dialog[open]")) return;
  const isPressed = event.key === "Enter" && event.target instanceof Element && event.target.closest("a, button");
  if (isPressed) return;
  clearTimeout(forget);
  const typed = before + event.key;
  before = "";
  const all = registered.peek().map((held) => held.current);
  const found = find(all, typed) ?? find(all, event.key);
  if (found) {
    event.preventDefault();
    found[1]();
  } else if (all.some((keys) => Object.keys(keys).some((key) => key.length > 1 && key.startsWith(event.key)))) {
    before = event.key;
    forget = setTimeout(() => (before = ""), 1000);
  }
}

const find = (all: readonly Keys[], key: string): Keys[string] | undefined =>
  all.findLast((keys) => key in keys)?.[key];

function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (target instanceof HTMLInputElement) return !["checkbox", "radio", "range", "button"].includes(target.type);
  return target.isContentEditable || target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement;
}

addEventListener("keydown", act);
