/** What this is, and whose work is in it. */
import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import type { Problem } from "../api.ts";
import { about, readAbout } from "../frame/experiment.ts";
import { Button, Copy, ErrorBox, Skeleton } from "../ui/parts.tsx";
import { asProblem, useTitle } from "../use.ts";

export default function AboutPage(): JSX.Element {
  useTitle("About");
  useEffect(() => void readAbout(), []);
  const server = about.value;
  if (!server) return <Skeleton />;
  const signOut = async (): Promise<void> => {
    await fetch("/sign-out", { method: "POST" });
    location.assign("/sign-in");
  };
  return (
    <div class="page">
      <h1>About</h1>
      <dl class="facts">
        <dt>Version</dt>
        <dd>
          Entia {server.version} <Copy text={server.version} />
        </dd>
        {server.store && (
          <>
            <dt>Store</dt>
            <dd>
              <code>{server.store}</code> <Copy text={server.store} />
            </dd>
          </>
        )}
        <dt>You may</dt>
        <dd>{rights(server.role, server.read_only, server.allow_delete)}</dd>
        {server.token && (
          <>
            <dt>Signed in as</dt>
            <dd>
              {server.token} <Button onClick={() => void signOut()}>Sign out</Button>
            </dd>
          </>
        )}
        <dt>Interface</dt>
        <dd>
          <a href="/api/v1/openapi.json">OpenAPI 3.1</a>
        </dd>
        <dt>Licence</dt>
        <dd>MIT or Apache-2.0, as you like</dd>
      </dl>
      <h2>Licences of what is in this page</h2>
      <Licences />
    </div>
  );
}

function rights(role: string, isReadOnly: boolean, mayDelete: boolean): string {
  if (isReadOnly || role === "read") return "read";
  return mayDelete ? "read, change and delete" : "read and change; nothing is deleted from here";
}

function Licences(): JSX.Element {
  const [text, setText] = useState<string>();
  const [problem, setProblem] = useState<Problem>();
  const read = (): void => {
    setProblem(undefined);
    fetch("/licences.txt")
      .then((response) => (response.ok ? response.text() : Promise.reject(new Error("The licences are not there."))))
      .then(setText, (error: unknown) => setProblem(asProblem(error)));
  };
  useEffect(read, []);
  if (problem) return <ErrorBox problem={problem} again={read} />;
  return (
    <pre class="code licences" tabIndex={0} aria-label="Licences">
      {text}
    </pre>
  );
}
