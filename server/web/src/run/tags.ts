/** Tags as a person writes them: one a line, the value behind a colon. */

export type Tags = Record<string, string>;

export const tagsAsText = (tags: Tags): string =>
  Object.entries(tags)
    .map(([name, value]) => (value ? `${name}: ${value}` : name))
    .join("\n");

export function tagsFrom(text: string): Tags {
  const lines = text.split("\n").map((line) => line.trim());
  const pairs = lines.filter(Boolean).map((line) => {
    const colon = line.indexOf(":");
    const [name, value] = colon < 0 ? [line, ""] : [line.slice(0, colon), line.slice(colon + 1)];
    return [name.trim(), value.trim()] as const;
  });
  return Object.fromEntries(pairs.filter(([name]) => name !== ""));
}

/** What the server has to change: tags that are gone are told by `null`. */
export function tagsPatch(before: Tags, after: Tags): Record<string, string | null> {
  const gone = Object.keys(before).filter((name) => !(name in after));
  const changed = Object.entries(after).filter(([name, value]) => before[name] !== value);
  return Object.fromEntries([...gone.map((name) => [name, null] as const), ...changed]);
}
