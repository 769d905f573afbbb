/** Which topics the proxy serves. */

/** Whether the proxy serves a topic. */
export type TopicFilter = (topic: string) => boolean;

/**
 * Parses a comma-separated list of topics: names, and prefixes that end with `*`.
 *
 * @param text for example `pinterest.*` or `pinterest.pin,pinterest.geo`; `*` for every topic.
 * @returns the parts, trimmed.
 * @throws Error naming the part that is neither.
 */
export function parseTopics(text: string): string[] {
  const parts = text.split(',').map((part) => part.trim());
  for (const part of parts)
    if (!/^(?:[A-Za-z0-9._-]{1,249}|[A-Za-z0-9._-]{0,248}\*)$/.test(part))
      throw new Error(
        `${JSON.stringify(part)} is neither a topic nor a prefix with "*" at its end; expected a list like "pinterest.*" or "pinterest.pin,pinterest.geo".`,
      );
  return parts;
}

/** The filter of a list that {@link parseTopics} returned. */
export function topicFilter(parts: readonly string[]): TopicFilter {
  const names = new Set(parts);
  const prefixes = parts.filter((part) => part.endsWith('*')).map((part) => part.slice(0, -1));
  return (topic) => names.has(topic) || prefixes.some((prefix) => topic.startsWith(prefix));
}
