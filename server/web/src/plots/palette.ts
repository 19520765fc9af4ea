/** Colours of the theme for canvases. Reading a style is slow, and a plot needs many for each picture. */
import { css, isDark } from "../theme.ts";

const known = new Map<string, string>();

export function themed(name: `--${string}`): string {
  const key = `${isDark.value} ${name}`;
  const found = known.get(key) ?? css(name);
  known.set(key, found);
  return found;
}
