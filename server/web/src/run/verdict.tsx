/** Whether the records of a run still give their hashes. */
import type { JSX } from "preact";
import { VerifyBadge } from "../component/badge.tsx";
import { useGet } from "../use.ts";

interface Verdict {
  /** None where it has no component. */
  agrees: boolean | null;
  disagreements: { kind: string; name: string; differences: { path: string; left: unknown; right: unknown }[] }[];
}

export function RunVerdict({ run }: { run: string }): JSX.Element | null {
  const { data } = useGet<Verdict>(`/runs/${run}/verify`);
  // Without a component there is no hash that could be wrong.
  if (!data || data.agrees === null) return null;
  const [first] = data.disagreements;
  const found = first?.differences.find(({ path }) => path === "hash");
  if (data.agrees) return <VerifyBadge verdict="ok" />;
  const detail = `${first?.kind ?? "component"} ${first?.name ?? ""}`.trim();
  return <VerifyBadge verdict={found ? { recorded: String(found.left), found: String(found.right) } : "differs"} what={detail} />;
}
