/** Whether a record hashes to the id that it is kept under: a sign and words, never colour alone. */
import type { JSX } from "preact";

export type VerdictOf = "ok" | "unknown scheme" | "differs" | "queued" | { recorded: string; found: string };

interface Props {
  verdict: VerdictOf;
  /** The component that is meant, where that is not the page itself. */
  what?: string;
}

export function VerifyBadge({ verdict, what }: Props): JSX.Element {
  const of = what ? `${what}: ` : "";
  if (verdict === "ok") {
    return (
      <span class="verdict good" title="The record still gives the hash that it is kept under.">
        <span aria-hidden="true">✔</span> verified
      </span>
    );
  }
  if (verdict === "queued") return <span class="verdict"><span aria-hidden="true">⏳</span> being verified</span>;
  if (verdict === "unknown scheme") {
    return (
      <span class="verdict" title="The hash was made by a newer version of the program.">
        <span aria-hidden="true">?</span> unknown scheme
      </span>
    );
  }
  return (
    <span class="verdict bad" role="alert">
      <span aria-hidden="true">✖</span>
      <span>
        {of}
        {verdict === "differs" ? (
          "the record does not agree with the program"
        ) : (
          <>
            record hashes to <code>{short(verdict.found)}</code>, id says <code>{short(verdict.recorded)}</code>
          </>
        )}
      </span>
    </span>
  );
}

/** Without the scheme, as many digits as tell two hashes apart. */
const short = (hash: string): string => `${hash.slice(hash.indexOf(":") + 1).slice(0, 10)}…`;
