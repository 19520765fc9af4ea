/** An epoch that something else on the page is about: a line stands there in the plots. */
import { signal } from "@preact/signals";

export const marked = signal<number | undefined>(undefined);
