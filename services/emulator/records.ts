/** The records of a batch of posts. */
import { FEEDS, type FeedName } from '../contract';
import type { SourcePost } from '../source/rows';

/** A row on its way, whatever its destination. What is sent again is sent under the same key with the same bytes. */
export interface FeedRecord {
  /** The row number. Topics take it as the key, streams as the partition key. */
  readonly key: number;
  /** The row as JSON, with the keys in the feed's order. */
  readonly value: string;
}

/** A feed's records of some posts, in their order. A post that lacks the feed's row has none. */
export function recordsOf(feed: FeedName, posts: readonly SourcePost[]): FeedRecord[] {
  return posts.flatMap(({ rowNumber, rows }) => {
    const row = rows[feed];
    if (row === undefined) return [];
    const value = Object.fromEntries(FEEDS[feed].source.map(({ name }) => [name, row[name] ?? null]));
    return [{ key: rowNumber, value: JSON.stringify(value) }];
  });
}
