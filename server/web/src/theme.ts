/** Light or dark: as the system says, unless it was chosen here. */
import { computed, effect, signal } from "@preact/signals";
import { setting } from "./settings.ts";

export const theme = setting<"system" | "light" | "dark">("theme", "system");

const system = matchMedia("(prefers-color-scheme: dark)");
const systemIsDark = signal(system.matches);
system.addEventListener("change", () => (systemIsDark.value = system.matches));

export const isDark = computed(() =>
  theme.value === "system" ? systemIsDark.value : theme.value === "dark",
);

effect(() => {
  document.documentElement.dataset["theme"] = isDark.value ? "dark" : "light";
});

/**
 * A colour of the theme as canvas and exports need it. Reads the theme, so that whoever draws with
 * it inside an effect draws again when the theme changes.
 */
export function css(name: `--${string}`): string {
  void isDark.value;
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}
