/** Which page an address means. Each is a chunk of its own that is loaded when it is first shown. */
import type { ComponentType } from "preact";
import { computed } from "@preact/signals";
import { path } from "./router.ts";

/** What a page is given: the parts of its path. */
export interface PageProps {
  /** The experiment, run or component that the path names; empty where it names none. */
  name: string;
}

interface Route {
  pattern: RegExp;
  /** The experiment is the first group of these; the frame shows its tabs. */
  isOfExperiment?: boolean;
  load: () => Promise<{ default: ComponentType<PageProps> }>;
}

const routes: Route[] = [
  { pattern: /^\/$/, load: () => import("./pages/home.tsx") },
  { pattern: /^\/experiments\/([^/]+)$/, isOfExperiment: true, load: () => import("./table/page.tsx") },
  { pattern: /^\/experiments\/([^/]+)\/plots$/, isOfExperiment: true, load: () => import("./plots/page.tsx") },
  { pattern: /^\/experiments\/([^/]+)\/explore$/, isOfExperiment: true, load: () => import("./explore/page.tsx") },
  { pattern: /^\/compare$/, load: () => import("./compare/page.tsx") },
  { pattern: /^\/runs\/([^/]+)$/, load: () => import("./run/page.tsx") },
  { pattern: /^\/components\/([^/]+)$/, load: () => import("./component/page.tsx") },
  { pattern: /^\/verify$/, load: () => import("./pages/verify.tsx") },
  { pattern: /^\/live$/, load: () => import("./pages/live.tsx") },
  { pattern: /^\/about$/, load: () => import("./pages/about.tsx") },
  { pattern: /^\/settings$/, load: () => import("./pages/settings.tsx") },
];

const missing: Route = { pattern: /^/, load: () => import("./pages/missing.tsx") };

export const current = computed(() => {
  const route = routes.find(({ pattern }) => pattern.test(path.value)) ?? missing;
  const part = route.pattern.exec(path.value)?.[1] ?? "";
  return { route, name: decode(part), experiment: route.isOfExperiment ? decode(part) : undefined };
});

/** A path may hold what is no text; it is then shown as it is. */
function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

export const pages = {
  experiment: (name: string): string => `/experiments/${encodeURIComponent(name)}`,
  plots: (name: string): string => `/experiments/${encodeURIComponent(name)}/plots`,
  explore: (name: string): string => `/experiments/${encodeURIComponent(name)}/explore`,
  run: (id: string): string => `/runs/${encodeURIComponent(id)}`,
  component: (hash: string): string => `/components/${encodeURIComponent(hash)}`,
  compare: (ids: readonly string[]): string => `/compare?ids=${ids.map(encodeURIComponent).join(",")}`,
};
