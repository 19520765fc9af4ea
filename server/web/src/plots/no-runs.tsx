/** In place of pictures, where no run is found. */
import type { JSX } from "preact";
import { typed } from "../filter/state.ts";
import { Button } from "../ui/parts.tsx";

export function NoRuns(): JSX.Element {
  if (typed.value === "") {
    return <p class="muted">This experiment has no runs yet. The first one appears here when it begins.</p>;
  }
  return (
    <p class="explore-hint muted">
      No run matches the filter. <Button onClick={() => typed.set("")}>Clear the filter</Button>
    </p>
  );
}
