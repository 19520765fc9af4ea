/** One component: its arguments, where it is used, what is near to it, and how to build it again. */
import type { JSX } from "preact";
import { Missing } from "../frame/missing.tsx";
import { useKeys } from "../keys.ts";
import { pages, type PageProps } from "../routes.ts";
import { shortHash } from "../run/components.tsx";
import { Values } from "../run/values.tsx";
import { Copy, ErrorBox, Section, Skeleton, writeClipboard } from "../ui/parts.tsx";
import { say } from "../ui/toast.tsx";
import { useGet, useTitle } from "../use.ts";
import { VerifyBadge } from "./badge.tsx";
import { Nearest } from "./nearest.tsx";
import { RebuildPanel } from "./rebuild.tsx";
import type { ComponentDocument } from "./types.ts";
import { Uses } from "./uses.tsx";

export default function ComponentPage({ name }: PageProps): JSX.Element {
  const { data, problem, again } = useGet<ComponentDocument>(`/components/${encodeURIComponent(name)}`);
  useTitle(data ? `${data.name} ${shortHash(data.hash)}` : name);
  useKeys({
    y: ["Copy the hash", () => data && void writeClipboard(data.hash).then(() => say(`Copied ${data.hash}.`))],
  });
  if (problem?.status === 404 || problem?.status === 300) return <Missing what="component" id={name} problem={problem} />;
  if (problem && !data) return <ErrorBox problem={problem} again={again} />;
  if (!data) return <Skeleton lines={8} />;
  return <Content component={data} />;
}

function Content({ component }: { component: ComponentDocument }): JSX.Element {
  const { hash, name, kinds, changed, children } = component;
  const hasArguments = Object.keys(component.arguments).length + Object.keys(component.defaults ?? {}).length > 0;
  return (
    <div class="page component-page">
      <header class="run-head">
        <div class="run-title">
          <h1 class="page-title">{name}</h1>
          {kinds.map((kind) => (
            <span key={kind} class="chip">
              {kind}
            </span>
          ))}
          <VerifyBadge verdict={component.verify} />
        </div>
        <p class="run-line muted">
          <span class="run-id">
            <code class="hash">{hash}</code>
            <Copy text={hash} label="Copy hash" />
          </span>
          <span>{component.scheme}</span>
        </p>
        {component.signature !== "" && (
          <p class="run-line">
            <code class="hash">{component.signature}</code>
          </p>
        )}
      </header>
      <div class="run-columns even">
        <div class="run-main">
          <Section title="Arguments">
            {hasArguments ? (
              <Values values={component.arguments} changed={changed} defaults={component.defaults ?? {}} />
            ) : (
              <p class="muted">It has no arguments.</p>
            )}
            {changed.length > 0 && <p class="muted">Marked: not what it is by default.</p>}
          </Section>
          {children.length > 0 && (
            <Section title="Made of">
              <ul class="children">
                {children.map((child) => (
                  <li key={child.path}>
                    <code>{child.path}</code>{" "}
                    <a href={pages.component(child.hash)}>
                      {child.name} <code>{shortHash(child.hash)}</code>
                    </a>
                  </li>
                ))}
              </ul>
            </Section>
          )}
          <Section title="Used in">
            <Uses runs={component.runs} total={component.total} hash={hash} />
          </Section>
        </div>
        <div class="run-side">
          <Section title="Build it again">
            <RebuildPanel hash={hash} />
          </Section>
          <Section title="Nearest components">
            <Nearest hash={hash} />
          </Section>
        </div>
      </div>
    </div>
  );
}
