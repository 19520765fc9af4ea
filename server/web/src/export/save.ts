// Gives the browser a file to keep.

/** Saves what was made here under a name. */
export function save(name: string, content: Blob | string, type = "text/plain"): void {
  const blob = typeof content === "string" ? new Blob([content], { type }) : content;
  const address = URL.createObjectURL(blob);
  const link = document.createElement("a");
  link.href = address;
  link.download = name;
  link.click();
  // The browser has begun to read it by the next turn, and not before.
  setTimeout(() => URL.revokeObjectURL(address), 0);
}

/** A name that every file system takes. */
export function fileName(...parts: string[]): string {
  const plain = parts.map((part) => part.replace(/[^\p{L}\p{N}._-]+/gu, "-").replace(/^-|-$/g, ""));
  return plain.filter(Boolean).join("-").slice(0, 120) || "entia";
}
