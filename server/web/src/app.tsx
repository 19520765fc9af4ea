/** The frame of every page: the top bar, and below it what the address names. */
import { Component, type ComponentChildren, type ComponentType, type JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import type { Problem } from "./api.ts";
import { FilterProblem } from "./filter/problem.tsx";
import { Banner } from "./frame/banner.tsx";
import { Bar } from "./frame/bar.tsx";
import { Commands } from "./frame/commands.tsx";
import { experiment } from "./frame/experiment.ts";
import { Help } from "./frame/help.tsx";
import { useKeys } from "./keys.ts";
import { go, longAddress } from "./router.ts";
import { current, pages, type PageProps } from "./routes.ts";
import { ErrorBox, Skeleton, writeClipboard } from "./ui/parts.tsx";
import { say, Toasts } from "./ui/toast.tsx";
import { asProblem } from "./use.ts";

export function App(): JSX.Element {
  const [open, setOpen] = useState<"help" | "commands">();
  useKeys({
    "?": ["Help and keys", () => setOpen("help")],
    ".": ["List of commands", () => setOpen("commands")],
    gt: ["Go to the table", () => goTo(pages.experiment)],
    gp: ["Go to the plots", () => goTo(pages.plots)],
    ge: ["Go to explore", () => goTo(pages.explore)],
    gl: ["Go to the running runs", () => go("/live")],
    u: ["Copy the address", () => void writeClipboard(location.href).then(() => say("Copied the address."))],
  });
  return (
    <>
      <a class="skip" href="#main">
        Skip to the content
      </a>
      <Bar help={() => setOpen("help")} />
      <FilterProblem />
      <Banner />
      <main id="main" tabIndex={-1}>
        <CurrentPage />
      </main>
      <Toasts />
      {open === "help" && <Help close={() => setOpen(undefined)} />}
      {open === "commands" && <Commands close={() => setOpen(undefined)} />}
    </>
  );
}

function goTo(page: (name: string) => string): void {
  const name = experiment.peek();
  go(name === undefined ? "/" : page(name) + keptQuery());
}

/** The pages of an experiment have the filter and what is selected in common. */
function keptQuery(): string {
  const all = new URL(longAddress()).searchParams;
  const kept = new URLSearchParams([...all].filter(([key]) => ["q", "sel", "group"].includes(key)));
  return kept.size > 0 ? `?${kept}` : "";
}

/** Loads the chunk of the page that the address names, and shows it. */
function CurrentPage(): JSX.Element {
  const { route, name } = current.value;
  const [loaded, setLoaded] = useState<{ route: unknown; Page: ComponentType<PageProps> }>();
  const [problem, setProblem] = useState<Problem>();
  useEffect(() => {
    let isWanted = true;
    setProblem(undefined);
    route.load().then(
      ({ default: Page }) => isWanted && setLoaded({ route, Page }),
      (error: unknown) => isWanted && setProblem(asProblem(error)),
    );
    return () => {
      isWanted = false;
    };
  }, [route]);
  if (problem) return <ErrorBox problem={problem} again={() => location.reload()} />;
  if (loaded?.route !== route) return <Skeleton />;
  const { Page } = loaded;
  return (
    <Boundary key={`${route.pattern} ${name}`}>
      <Page name={name} />
    </Boundary>
  );
}

/** A mistake in one page leaves the frame in place. */
class Boundary extends Component<{ children: ComponentChildren }, { problem: Problem | undefined }> {
  override state: { problem: Problem | undefined } = { problem: undefined };

  static override getDerivedStateFromError(error: unknown): { problem: Problem } {
    return { problem: asProblem(error) };
  }

  override render(): ComponentChildren {
    const { problem } = this.state;
    return problem ? <ErrorBox problem={problem} again={() => location.reload()} /> : this.props.children;
  }
}
