/** The one line that filters table and plots while it is typed. */
import { batch } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { readSchema, schema } from "../frame/experiment.ts";
import { useKeys } from "../keys.ts";
import { Sign } from "../ui/sign.tsx";
import { beginsName, choices, wordAt, type Choice } from "./complete.ts";
import { problem, typed, unfinished } from "./state.ts";

const NO_CHOICES: readonly Choice[] = [];

export function FilterBox(): JSX.Element {
  const input = useRef<HTMLInputElement>(null);
  /** Where the caret belongs once a choice stands in the text. */
  const moved = useRef<number | undefined>(undefined);
  const text = typed.value;
  const [caret, setCaret] = useState(text.length);
  const [isOpen, setOpen] = useState(false);
  const [at, setAt] = useState(-1);
  useKeys({ "/": ["Filter", () => input.current?.focus()] });
  useEffect(() => {
    if (isOpen && !schema.peek()) void readSchema();
  }, [isOpen]);

  const { start, end, word } = wordAt(text, caret);
  const found = isOpen && schema.value ? choices(word, schema.value) : NO_CHOICES;
  const list = found.length === 1 && found[0]?.insert === word ? NO_CHOICES : found;

  const change = (next: string, place: number): void => {
    const typing = wordAt(next, place);
    const isOpenWord = schema.value !== undefined && place === typing.end && beginsName(typing.word, schema.value);
    batch(() => {
      unfinished.value = isOpenWord ? typing : undefined;
      typed.set(next, "replace");
    });
    setCaret(place);
    setAt(-1);
  };
  const finish = (): void => {
    unfinished.value = undefined;
    setOpen(false);
  };
  const take = ({ insert }: Choice): void => {
    const space = /[<>=:]$/.test(insert) || !/[<>=:]/.test(insert) ? "" : " ";
    const next = text.slice(0, start) + insert + space + text.slice(end).trimStart();
    const place = start + insert.length + space.length;
    change(next, place);
    moved.current = place;
  };
  // With the text and not after it: who types on is ahead of the next picture.
  useLayoutEffect(() => {
    const place = moved.current;
    if (place === undefined) return;
    moved.current = undefined;
    input.current?.focus();
    input.current?.setSelectionRange(place, place);
  });
  const keys = (event: KeyboardEvent): void => {
    const chosen = list[at];
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      if (list.length === 0) return setOpen(true);
      const step = event.key === "ArrowDown" ? 1 : -1;
      setAt((at + step + list.length + (at < 0 && step < 0 ? 1 : 0)) % list.length);
      event.preventDefault();
    } else if ((event.key === "Enter" || event.key === "Tab") && chosen) {
      take(chosen);
      event.preventDefault();
    } else if (event.key === "Enter") finish();
    else if (event.key === "Escape") {
      if (list.length > 0) setOpen(false);
      else input.current?.blur();
    }
  };
  const isWrong = problem.value !== undefined;
  return (
    <div class={`filter ${isWrong ? "wrong" : ""}`} role="search">
      <Sign name="search" />
      <div class="filter-field">
        {isWrong && <Underline text={text} from={problem.value?.position} />}
        <input
          ref={input}
          type="text"
          role="combobox"
          aria-label="Filter the runs"
          aria-expanded={list.length > 0}
          aria-controls="filter-list"
          aria-autocomplete="list"
          aria-activedescendant={at >= 0 ? `filter-${at}` : undefined}
          aria-invalid={isWrong}
          aria-describedby={isWrong ? "filter-problem" : undefined}
          placeholder="Filter: lr>0.01 adam test/loss<0.2 status:failed"
          spellcheck={false}
          autocomplete="off"
          value={text}
          onInput={(event) => {
            setOpen(true);
            change(event.currentTarget.value, event.currentTarget.selectionStart ?? 0);
          }}
          onSelect={(event) => setCaret(event.currentTarget.selectionStart ?? 0)}
          onFocus={() => setOpen(true)}
          onBlur={finish}
          onKeyDown={keys}
        />
      </div>
      {text && (
        <button type="button" class="filter-clear" aria-label="Clear the filter" onClick={() => change("", 0)}>
          ✕
        </button>
      )}
      <ul id="filter-list" class="filter-list" role="listbox" aria-label="What may follow" hidden={list.length === 0}>
        {list.map((choice, index) => (
          <li
            key={choice.insert}
            id={`filter-${index}`}
            role="option"
            aria-selected={index === at}
            onPointerDown={(event) => {
              event.preventDefault();
              take(choice);
            }}
          >
            <span class="ellipsis">{choice.insert}</span>
            <span class="muted">{choice.note}</span>
          </li>
        ))}
      </ul>
    </div>
  );
}

/** The same text behind the field, in which the wrong word alone can be seen: by its line. */
function Underline({ text, from }: { text: string; from: number | undefined }): JSX.Element {
  const start = Math.min(from ?? 0, Math.max(text.length - 1, 0));
  const length = /^\S+/.exec(text.slice(start))?.[0].length ?? 1;
  return (
    <div class="filter-behind" aria-hidden="true">
      {text.slice(0, start)}
      <span class="filter-wrong">{text.slice(start, start + length) || " "}</span>
    </div>
  );
}
