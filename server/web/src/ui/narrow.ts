/** Whether the page is as narrow as that of a phone. */
import { signal } from "@preact/signals";

const narrow = matchMedia("(max-width: 699px)");
const isNarrow = signal(narrow.matches);
narrow.addEventListener("change", () => (isNarrow.value = narrow.matches));

export const useNarrow = (): boolean => isNarrow.value;
