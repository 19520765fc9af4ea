/** Code that builds the component again from its record. */
import type { JSX } from "preact";
import { bound } from "../router.ts";
import { Copy, ErrorBox, Skeleton, Tabs } from "../ui/parts.tsx";
import { useGet } from "../use.ts";
import type { Rebuild } from "./types.ts";

const LANGUAGES = [
  { key: "rust", text: "Rust" },
  { key: "python", text: "Python" },
  { key: "json", text: "JSON" },
  { key: "cli", text: "Command line" },
];

const language = bound("code", "rust");

export function RebuildPanel({ hash }: { hash: string }): JSX.Element {
  const { data, isOld, problem, again } = useGet<Rebuild>(`/components/${encodeURIComponent(hash)}/rebuild`, {
    language: language.value,
  });
  return (
    <div class="rebuild">
      <div class="rebuild-head">
        <Tabs label="Language" tabs={LANGUAGES} current={language.value} choose={(key) => language.set(key, "replace")} />
        {data?.rebuildable && !isOld && <Copy text={data.code} />}
      </div>
      {problem && <ErrorBox problem={problem} again={again} />}
      {!data && !problem && <Skeleton lines={4} />}
      {data && !data.rebuildable && (
        <p class="run-reason lost">
          <b>Not rebuildable:</b> {data.why ?? "the record does not hold all arguments"}
        </p>
      )}
      {data && data.code !== "" && (
        <pre class="file" tabIndex={0} role="region" aria-busy={isOld} aria-label={isOld ? "Code" : `Code in ${language.value}`}>
          {data.code}
        </pre>
      )}
    </div>
  );
}
