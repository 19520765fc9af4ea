/** The width of an element, as it changes. */
import type { RefObject } from "preact";
import { useEffect, useState } from "preact/hooks";

export function useWidth(root: RefObject<HTMLElement | null>): number {
  const [width, setWidth] = useState(0);
  useEffect(() => {
    if (!root.current) return;
    const observer = new ResizeObserver(([entry]) => entry && setWidth(Math.round(entry.contentRect.width)));
    observer.observe(root.current);
    return () => observer.disconnect();
  }, []);
  return width;
}
