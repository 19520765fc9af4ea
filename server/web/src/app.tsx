/** The frame of every page: the top bar, and below it what the address names. */
import { Component, type ComponentChildren, type ComponentType, type JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { Problem } from "./api.ts";
import { current, type PageProps } from "./routes.ts";
import { ErrorBox, Skeleton } from "./ui/parts.tsx";
import { asProblem } from "./use.ts";

export function App(): JSX.Element {
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
  const Page = loaded?.route === route ? loaded.Page : undefined;
  return (
    <>
      <a class="skip" href="#main">
        Skip to the content
      </a>
      <main id="main" tabIndex={-1}>
        {problem && <ErrorBox problem={problem} again={() => location.reload()} />}
        {!problem && !Page && <Skeleton />}
        {Page && (
          <Boundary key={`${route.pattern} ${name}`}>
            <Page name={name} />
          </Boundary>
        )}
      </main>
    </>
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
