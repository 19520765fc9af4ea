/** Mounts what it holds when it is less than one screen away: what nobody sees is not read. */
import type { ComponentChildren, JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";

export function NearView({ height, children }: { height: number; children: ComponentChildren }): JSX.Element {
  const root = useRef<HTMLDivElement>(null);
  const [isNear, setNear] = useState(false);
  useEffect(() => {
    if (!root.current) return;
    const observer = new IntersectionObserver(
      ([entry]) => {
        if (!entry?.isIntersecting) return;
        setNear(true);
        observer.disconnect();
      },
      { rootMargin: "100% 0px" },
    );
    observer.observe(root.current);
    return () => observer.disconnect();
  }, []);
  return (
    <div ref={root} style={isNear ? {} : { minHeight: `${height}px` }}>
      {isNear && children}
    </div>
  );
}
