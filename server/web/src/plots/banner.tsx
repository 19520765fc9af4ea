/** Offers another axis where one run is so long that the others cannot be seen beside it. */
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { count } from "../format.ts";
import { Button } from "../ui/parts.tsx";
import { uneven } from "./lengths.ts";
import { setX, setZoom, zoom } from "./view.ts";

export function LengthBanner(): JSX.Element | null {
  const [isClosed, setClosed] = useState(false);
  const found = uneven.value;
  if (!found || isClosed || zoom.value) return null;
  return (
    <div class="plot-banner" role="note">
      <span>The longest run is {count(found.ratio)} times as long as the median one.</span>
      <Button onClick={() => setX("percent")}>0–100 % of each run</Button>
      <Button onClick={() => setZoom(found.middle)}>Clip to the median</Button>
      <Button onClick={() => setZoom(found.shortest)}>Clip to the shortest</Button>
      <Button kind="quiet" label="Leave it as it is" onClick={() => setClosed(true)}>
        ✕
      </Button>
    </div>
  );
}
