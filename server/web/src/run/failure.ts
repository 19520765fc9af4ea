/** Why an attempt failed, as far as somebody has said it. */
import type { Outcome } from "../types.ts";

/** The reason; none where there is no more than that it failed, as clients write that give none. */
export function failureReason(outcome: Outcome | undefined): string | undefined {
  const reason = typeof outcome === "object" ? outcome.failed.reason.trim() : "";
  return /^(failed)?[.!]?$/i.test(reason) ? undefined : reason;
}

/** `failed: out of memory`, or `failed` alone. */
export function failure(said: string, outcome: Outcome): string {
  const reason = failureReason(outcome);
  return reason === undefined ? said : `${said}: ${reason}`;
}
