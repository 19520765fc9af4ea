/** The end of what the program has written, where it was kept as an artifact. */
import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { getText } from "../api.ts";
import { bytes } from "../format.ts";
import { ErrorBox } from "../ui/parts.tsx";
import { useGet } from "../use.ts";
import type { Artifact } from "./types.ts";

const TAIL = 16_384;

export function LogTail({ run, log }: { run: string; log: Artifact }): JSX.Element {
  const { data: text, problem, again } = useGet(`/runs/${run}/log`, { tail: TAIL }, log.hash, getText);
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
      {problem && <ErrorBox problem={problem} again={again} />}
      <pre class="file log" ref={root} tabIndex={0} role="region" aria-label="The end of the log">
        {text ?? "…"}
      </pre>
    </>
  );
}
