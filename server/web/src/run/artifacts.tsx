/** The artifacts of a run: pictures and texts are shown, all can be downloaded. */
import type { JSX } from "preact";
import { useMemo, useState } from "preact/hooks";
import { getText, PREFIX } from "../api.ts";
import { age, bytes, time } from "../format.ts";
import { Button, Copy, ErrorBox } from "../ui/parts.tsx";
import { useGet } from "../use.ts";
import type { Artifact, WholeRun } from "./types.ts";

const FEW = 12;
/** A longer text is for an editor, not for a page. */
const LONGEST = 200_000;

export function Artifacts({ run }: { run: WholeRun }): JSX.Element {
  const [isAll, setAll] = useState(false);
  const all = [...run.artifacts].sort((a, b) => a.name.localeCompare(b.name) || (a.epoch ?? -1) - (b.epoch ?? -1));
  if (all.length === 0) return <p class="muted">No artifact is recorded.</p>;
  return (
    <>
      <ul class="artifacts">
        {all.slice(0, isAll ? all.length : FEW).map((artifact) => (
          <li key={`${artifact.name} ${artifact.epoch}`}>
            <OneArtifact artifact={artifact} path={artifactPath(run.uuid, artifact)} />
          </li>
        ))}
      </ul>
      {!isAll && all.length > FEW && <Button onClick={() => setAll(true)}>Show all {all.length}</Button>}
    </>
  );
}

function artifactPath(run: string, { name, epoch }: Artifact): string {
  const query = epoch === null || epoch === undefined ? "" : `?epoch=${epoch}`;
  return `/runs/${run}/artifacts/${encodeURIComponent(name)}${query}`;
}

type Shown = "picture" | "text" | "json" | undefined;

function shownAs({ media_type, size }: Artifact): Shown {
  if (media_type.startsWith("image/")) return "picture";
  if (size > LONGEST) return undefined;
  if (media_type.includes("json")) return "json";
  return media_type.startsWith("text/") ? "text" : undefined;
}

function OneArtifact({ artifact, path }: { artifact: Artifact; path: string }): JSX.Element {
  const kind = shownAs(artifact);
  const url = PREFIX + path;
  const [isOpen, setOpen] = useState(kind === "picture");
  return (
    <div class="artifact">
      <div class="artifact-line">
        <b class="ellipsis" title={artifact.name}>{artifact.name}</b>
        {artifact.epoch !== null && artifact.epoch !== undefined && <span>epoch {artifact.epoch}</span>}
        <span class="muted">{bytes(artifact.size)}</span>
        <span class="muted" title={time(artifact.created)}>{age(artifact.created)}</span>
        <code class="muted" title={`SHA-256 ${artifact.hash}`}>{artifact.hash.slice(0, 8)}</code>
        <Copy text={artifact.hash} label="Copy hash" />
        <span class="spacer" />
        {kind && <Button kind="quiet" pressed={isOpen} onClick={() => setOpen(!isOpen)}>{isOpen ? "Hide" : "Show"}</Button>}
        <a class="button plain" href={url} download={artifact.name.split("/").pop()}>
          Download
        </a>
      </div>
      {isOpen && kind === "picture" && <img src={url} alt={artifact.name} loading="lazy" />}
      {isOpen && (kind === "text" || kind === "json") && <Text artifact={artifact} path={path} isJson={kind === "json"} />}
    </div>
  );
}

function Text({ artifact, path, isJson }: { artifact: Artifact; path: string; isJson: boolean }): JSX.Element {
  const { data, problem, again } = useGet(path, {}, artifact.hash, getText);
  const text = useMemo(() => (isJson && data !== undefined ? pretty(data) : data), [isJson, data]);
  if (problem) return <ErrorBox problem={problem} again={again} />;
  return (
    <pre class="file" tabIndex={0} role="region" aria-label={artifact.name}>
      {text ?? "…"}
    </pre>
  );
}

/** What is no JSON after all is shown as it is. */
function pretty(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), undefined, 2);
  } catch {
    return text;
  }
}
