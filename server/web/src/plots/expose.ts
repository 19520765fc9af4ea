/** The arrays that are drawn, for tests and for the curious: `__plots.loss` in the console. */
import type { Picture } from "./picture.ts";

declare global {
  var __plots: Record<string, Picture> | undefined;
}

/** Names a picture as long as it is shown. */
export function expose(name: string, picture: Picture): () => void {
  const all = (globalThis.__plots ??= {});
  all[name] = picture;
  return () => {
    if (all[name] === picture) delete all[name];
  };
}
