/** The colours of the light theme, whichever is shown: a file may be printed. */
import type { Style } from "../state.ts";

export const lightColour = (style: Style | undefined): string =>
  light(style ? `--c${style.colour}` : "--grey");

function light(name: string): string {
  for (const sheet of document.styleSheets) {
    for (const rule of sheet.cssRules) {
      const isRoot = rule instanceof CSSStyleRule && rule.selectorText === ":root";
      const found = isRoot ? rule.style.getPropertyValue(name).trim() : "";
      if (found) return found;
    }
  }
  return "#000000";
}
