/** Signs of the frame, drawn as lines: no font of signs has to be loaded. */
import type { JSX } from "preact";

const PATHS = {
  sun: "M8 5a3 3 0 1 0 0 6a3 3 0 0 0 0-6M8 1v1.5M8 13.5V15M1 8h1.5M13.5 8H15M3 3l1 1M12 12l1 1M3 13l1-1M12 4l1-1",
  moon: "M13 9.5A5.5 5.5 0 0 1 6.5 3A5.5 5.5 0 1 0 13 9.5",
  system: "M2 3h12v8H2zM6 14h4M8 11v3",
  search: "M7 2.5a4.5 4.5 0 1 0 0 9a4.5 4.5 0 0 0 0-9M10.5 10.5L14 14",
  down: "M4 6l4 4l4-4",
  columns: "M2 3h12v10H2zM6.5 3v10M10.5 3v10",
  group: "M2 4h12M5 8h9M5 12h9M2 8v4",
  export: "M8 2v8M5 7l3 3l3-3M3 13h10",
  more: "M3.5 8h.01M8 8h.01M12.5 8h.01",
} as const;

export function Sign({ name }: { name: keyof typeof PATHS }): JSX.Element {
  return (
    <svg class="sign" viewBox="0 0 16 16" width="16" height="16" aria-hidden="true">
      <path d={PATHS[name]} />
    </svg>
  );
}
