/** The records of a batch of posts. */
import { FEEDS, type FeedName } from '../contract';
import type { SourcePost } from '../source/rows';

/** A row to send. Retries use the same key and the same bytes. */
export interface FeedRecord {
  /** The row number: the key in topics, the partition key in streams. */
  readonly key: number;
  /** The row as JSON, with the keys in the feed's order. */
  readonly value: string;
}

/** A feed's records of some posts, in their order. A post without a row of the feed has none. */
export function recordsOf(feed: FeedName, posts: readonly SourcePost[]): FeedRecord[] {
  return posts.flatMap(({ rowNumber, rows }) => {
    const row = rows[feed];
    if (row === undefined) return [];
    const value = Object.fromEntries(FEEDS[feed].source.map(({ name }) => [name, row[name] ?? null]));
    return [{ key: rowNumber, value: JSON.stringify(value) }];
  });
}
