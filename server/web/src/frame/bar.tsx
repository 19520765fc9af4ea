/** The top bar: which experiment, which of its pages, the filter, and how the server is heard. */
import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { connection } from "../events.ts";
import { FilterBox } from "../filter/box.tsx";
import { count } from "../format.ts";
import { bound, href, path } from "../router.ts";
import { pages } from "../routes.ts";
import { isDark, theme } from "../theme.ts";
import { Menu } from "../ui/menu.tsx";
import { Sign } from "../ui/sign.tsx";
import { experiment, experiments, readExperiments } from "./experiment.ts";

export function Bar({ help }: { help: () => void }): JSX.Element {
  const name = experiment.value;
  return (
    <header class={`bar ${name === undefined ? "" : "has-filter"}`}>
      <a class="logo" href="/" aria-label="Entia, all experiments">
        <svg viewBox="0 0 16 16" width="20" height="20" aria-hidden="true">
          <rect width="16" height="16" rx="4" />
          <path d="M4 4v8h8M5.5 9.5l2-3 2 1.5 2.5-4" />
        </svg>
        <span class="logo-text">Entia</span>
      </a>
      <Switcher name={name} />
      {name !== undefined && <Pages name={name} />}
      {name === undefined ? <div class="bar-space" /> : <FilterBox />}
      <LiveDot />
      <button
        type="button"
        class="button quiet square"
        aria-label={isDark.value ? "Use the light theme" : "Use the dark theme"}
        title={isDark.value ? "Light theme" : "Dark theme"}
        onClick={() => (theme.value = isDark.peek() ? "light" : "dark")}
      >
        <Sign name={isDark.value ? "sun" : "moon"} />
      </button>
      <button type="button" class="button quiet square" aria-label="Help and keys" title="Help and keys" onClick={help}>
        ?
      </button>
    </header>
  );
}

const MANY = 8;

/** The experiments, and the pages that belong to none. */
function Switcher({ name }: { name: string | undefined }): JSX.Element {
  return (
    <Menu
      label={name === undefined ? "Experiments: choose one" : `Experiment ${name}: choose another`}
      text={
        <>
          <span class="ellipsis switcher-name">{name ?? "Experiments"}</span>
          <Sign name="down" />
        </>
      }
    >
      {(close) => <Choices name={name} close={close} />}
    </Menu>
  );
}

function Choices({ name, close }: { name: string | undefined; close: () => void }): JSX.Element {
  const [sought, setSought] = useState("");
  const all = experiments.value ?? [];
  const found = all.filter((one) => one.name.toLowerCase().includes(sought.toLowerCase()));
  useEffect(() => void readExperiments(), []);
  return (
    <>
      {all.length > MANY && (
        <input
          type="search"
          aria-label="Find an experiment"
          placeholder="Find an experiment"
          value={sought}
          onInput={(event) => setSought(event.currentTarget.value)}
        />
      )}
      <div class="menu-scroll">
        {found.map((one) => (
          <a key={one.id} href={pages.experiment(one.name)} onClick={close} aria-current={one.name === name}>
            <span class="ellipsis">{one.name}</span>
            <span class="muted">{count(one.runs)}</span>
          </a>
        ))}
      </div>
      <hr />
      {OTHERS.map(([to, text]) => (
        <a key={to} href={to} onClick={close}>
          {text}
        </a>
      ))}
    </>
  );
}

const OTHERS = [
  ["/", "All experiments"],
  ["/live", "Running now"],
  ["/verify", "Verify"],
  ["/settings", "Settings"],
  ["/about", "About"],
] as const;

/** The pages of an experiment keep the filter and what is selected. */
function Pages({ name }: { name: string }): JSX.Element {
  const kept = { q: bound("q").value, sel: bound("sel").value, group: bound("group").value };
  const all = [
    ["Table", pages.experiment(name)],
    ["Plots", pages.plots(name)],
    ["Explore", pages.explore(name)],
  ] as const;
  return (
    <nav class="pages" aria-label="Pages of the experiment">
      {all.map(([text, to]) => (
        <a key={text} href={href(to, kept)} aria-current={path.value === to ? "page" : undefined}>
          {text}
        </a>
      ))}
    </nav>
  );
}

const HEARD = {
  connecting: "connecting",
  live: "live: changes are shown as they happen",
  off: "this store tells no changes: load the page again to see them",
  lost: "connection lost",
} as const;

function LiveDot(): JSX.Element {
  const { is } = connection.value;
  return (
    <span class={`live-dot ${is}`} role="img" title={HEARD[is]} aria-label={`Updates: ${HEARD[is]}`}>
      <span aria-hidden="true" />
    </span>
  );
}
