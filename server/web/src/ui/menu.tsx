/** A button that opens a list of things to do. */
import type { ComponentChildren, JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";

interface Props {
  /** What the button shows. */
  text: ComponentChildren;
  label: string;
  children: (close: () => void) => ComponentChildren;
  align?: "left" | "right";
}

export function Menu({ text, label, children, align = "left" }: Props): JSX.Element {
  const [isOpen, setOpen] = useState(false);
  const root = useRef<HTMLDivElement>(null);
  const close = (): void => setOpen(false);
  useEffect(() => {
    if (!isOpen) return;
    items(root.current)[0]?.focus();
    const outside = (event: PointerEvent): void => {
      if (event.target instanceof Node && !root.current?.contains(event.target)) close();
    };
    document.addEventListener("pointerdown", outside);
    return () => document.removeEventListener("pointerdown", outside);
  }, [isOpen]);
  const keys = (event: KeyboardEvent): void => {
    if (!isOpen) return;
    if (event.key === "Escape") {
      close();
      root.current?.querySelector("button")?.focus();
    } else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      const all = items(root.current);
      const at = all.findIndex((item) => item === document.activeElement);
      const step = event.key === "ArrowDown" ? 1 : -1;
      all[(at + step + all.length) % all.length]?.focus();
    }
    event.stopPropagation();
  };
  return (
    <div class="menu" ref={root} onKeyDown={keys}>
      <button
        type="button"
        class="button plain"
        aria-haspopup="true"
        aria-expanded={isOpen}
        aria-label={label}
        title={label}
        onClick={() => setOpen(!isOpen)}
      >
        {text}
      </button>
      {isOpen && <div class={`menu-list ${align}`}>{children(close)}</div>}
    </div>
  );
}

function items(root: HTMLElement | null): HTMLElement[] {
  return [...(root?.querySelectorAll<HTMLElement>(".menu-list :is(button, a, input, select)") ?? [])];
}
