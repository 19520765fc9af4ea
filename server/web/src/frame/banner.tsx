/** Says that the server is away; what was read stays usable. */
import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { connection } from "../events.ts";
import { clock } from "../format.ts";

export function Banner(): JSX.Element | null {
  const state = connection.value;
  const [now, setNow] = useState(Date.now());
  const isLost = state.is === "lost";
  useEffect(() => {
    if (!isLost) return;
    setNow(Date.now());
    const timer = setInterval(() => setNow(Date.now()), 1000);
    return () => clearInterval(timer);
  }, [isLost, state]);
  if (state.is !== "lost") return null;
  const wait = Math.max(0, Math.ceil((state.retryAt - now) / 1000));
  return (
    <p class="banner" role="status">
      Lost connection, showing data of {clock(state.since)}, {wait > 0 ? `retry in ${wait} s` : "retrying"}
    </p>
  );
}
