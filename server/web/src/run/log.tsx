/** The end of what the program has written, where it was kept as an artifact. */
import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { bytes } from "../format.ts";
import { useText } from "../use.ts";
import type { Artifact } from "./types.ts";

const TAIL = 16_384;

export function LogTail({ run, log }: { run: string; log: Artifact }): JSX.Element {
  const text = useText(`/runs/${run}/log?tail=${TAIL}`, log.hash);
  const root = useRef<HTMLPreElement>(null);
  useEffect(() => {
    if (root.current) root.current.scrollTop = root.current.scrollHeight;
  }, [text]);
  return (
    <>
      <p class="muted">
        {log.name}
        {log.size > TAIL && `, the last ${bytes(TAIL)} of ${bytes(log.size)}`}
      </p>
      <pre class="file log" ref={root} tabIndex={0} role="region" aria-label="The end of the log">
        {text}
      </pre>
    </>
  );
}
