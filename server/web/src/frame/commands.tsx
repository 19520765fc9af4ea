/** Everything that keys do, to be found by name: for those who do not know the keys yet. */
import type { JSX } from "preact";
import { useRef, useState } from "preact/hooks";
import { registered } from "../keys.ts";
import { Dialog } from "../ui/dialog.tsx";

export function Commands({ close }: { close: () => void }): JSX.Element {
  const [sought, setSought] = useState("");
  const [at, setAt] = useState(0);
  const list = useRef<HTMLUListElement>(null);
  const all = registered.value.flatMap((held) => Object.entries(held.current));
  const found = all.filter(([, [name]]) => name.toLowerCase().includes(sought.toLowerCase()));
  const run = (index: number): void => {
    const act = found[index]?.[1][1];
    close();
    // The dialog has to be gone: what it does may open another.
    if (act) setTimeout(act);
  };
  const keys = (event: KeyboardEvent): void => {
    if (event.key === "Enter") run(at);
    else if (event.key === "ArrowDown") setAt(Math.min(at + 1, found.length - 1));
    else if (event.key === "ArrowUp") setAt(Math.max(at - 1, 0));
    else return;
    event.preventDefault();
    list.current?.children[at]?.scrollIntoView({ block: "nearest" });
  };
  return (
    <Dialog title="Commands" close={close}>
      <input
        type="text"
        class="wide"
        autofocus
        role="combobox"
        aria-label="Find a command"
        aria-expanded="true"
        aria-controls="commands"
        aria-activedescendant={`command-${at}`}
        placeholder="Find a command"
        value={sought}
        onInput={(event) => {
          setSought(event.currentTarget.value);
          setAt(0);
        }}
        onKeyDown={keys}
      />
      <ul id="commands" class="commands" role="listbox" aria-label="Commands" ref={list}>
        {found.map(([key, [name]], index) => (
          <li
            key={key}
            id={`command-${index}`}
            role="option"
            aria-selected={index === at}
            onClick={() => run(index)}
          >
            <span>{name}</span>
            <kbd>{key}</kbd>
          </li>
        ))}
      </ul>
    </Dialog>
  );
}
