/** Whether the records of a run still give their hashes. */
import type { JSX } from "preact";
import { VerifyBadge } from "../component/badge.tsx";
import { useGet } from "../use.ts";
import type { WholeRun } from "./types.ts";

interface Verdict {
  agrees: boolean;
  disagreements: { kind: string; name: string; differences: { path: string; left: unknown; right: unknown }[] }[];
}

export function RunVerdict({ run }: { run: WholeRun }): JSX.Element | null {
  // Without a component there is no hash that could be wrong.
  const has = run.modules.length > 0 || run.iterations.length > 0;
  const { data } = useGet<Verdict>(has ? `/runs/${run.uuid}/verify` : undefined);
  if (!data) return null;
  const [first] = data.disagreements;
  const found = first?.differences.find(({ path }) => path === "hash");
  if (data.agrees) return <VerifyBadge verdict="ok" />;
  const detail = `${first?.kind ?? "component"} ${first?.name ?? ""}`.trim();
  return <VerifyBadge verdict={found ? { recorded: String(found.left), found: String(found.right) } : "differs"} what={detail} />;
}
