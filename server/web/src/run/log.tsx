/** The end of what the program has written, where it was kept as an artifact. */
import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { bytes } from "../format.ts";
import { artifactUrl } from "./artifacts.tsx";
import type { Artifact, WholeRun } from "./types.ts";

const TAIL = 16_384;
const NAMES = /(^|\/)(log|stdout|stderr|output)(\.(txt|log))?$|\.log$/i;

/** The artifact that is the log; the newest where there are several. */
export function logOf({ artifacts }: Pick<WholeRun, "artifacts">): Artifact | undefined {
  const logs = artifacts.filter(({ name, media_type }) => NAMES.test(name) && /^text\/|octet/.test(media_type));
  return logs.sort((a, b) => b.created.localeCompare(a.created))[0];
}

export function LogTail({ run, artifact }: { run: string; artifact: Artifact }): JSX.Element {
  const [text, setText] = useState("");
  const root = useRef<HTMLPreElement>(null);
  useEffect(() => {
    const stop = new AbortController();
    const headers: HeadersInit = artifact.size > TAIL ? { Range: `bytes=-${TAIL}` } : {};
    fetch(artifactUrl(run, artifact), { headers, signal: stop.signal })
      .then(async (answer) => setText(whole(await answer.text(), answer.status === 206)))
      .catch((error: unknown) => stop.signal.aborted || setText(String(error)));
    return () => stop.abort();
  }, [artifact.hash]);
  useEffect(() => {
    if (root.current) root.current.scrollTop = root.current.scrollHeight;
  }, [text]);
  return (
    <>
      <p class="muted">
        {artifact.name}
        {artifact.size > TAIL && `, the last ${bytes(TAIL)} of ${bytes(artifact.size)}`}
      </p>
      <pre class="file log" ref={root} tabIndex={0} role="region" aria-label="The end of the log">
        {text}
      </pre>
    </>
  );
}

/** A part may begin within a line. */
const whole = (text: string, isPart: boolean): string => (isPart ? text.slice(text.indexOf("\n") + 1) : text);
