/**
 * The three feeds, defined once.
 *
 * `feeds.json` has what TypeScript and the Python table engine share: source tables, columns of the cleaned tables, and
 * sentinel texts. This module adds the types, and the names that derive from the user id.
 */
import definitions from './feeds.json';

/** The name of a feed. A post is one row of each. */
export type FeedName = 'pin' | 'geo' | 'user';

/** A column of a MySQL source table. */
export interface SourceColumn {
  readonly name: string;
  /** The MySQL type, as in `CREATE TABLE`. */
  readonly mysql: string;
}

/** Delta Lake type of a column in a cleaned table. Timestamps are UTC. */
export type TableType =
  'int' | 'long' | 'string' | 'boolean' | 'timestamp' | 'array<string>' | 'array<double>';

/** A column of a cleaned table. */
export interface TableColumn {
  readonly name: string;
  readonly type: TableType;
}

/** Definition of a feed. */
export interface Feed {
  readonly name: FeedName;
  /** The MySQL table the feed is read from. */
  readonly sourceTable: string;
  /** The source column that holds the row number, which joins the three rows of a post. */
  readonly rowNumber: string;
  /** The source table's columns, in order. The JSON record has the same keys in the same order. */
  readonly source: readonly SourceColumn[];
  /** The cleaned table's columns, in order. */
  readonly table: readonly TableColumn[];
  /** For each source column the texts that mark a value containing them as "no value". */
  readonly sentinels: Readonly<Record<string, readonly string[]>>;
}

/** The feeds' names, in canonical order. */
export const FEED_NAMES: readonly FeedName[] = ['pin', 'geo', 'user'];

/** The feeds by name. */
export const FEEDS: Readonly<Record<FeedName, Feed>> = {
  pin: { name: 'pin', ...(definitions.pin as Omit<Feed, 'name'>) },
  geo: { name: 'geo', ...(definitions.geo as Omit<Feed, 'name'>) },
  user: { name: 'user', ...(definitions.user as Omit<Feed, 'name'>) },
};

/** Maximum nesting depth of a record's objects and arrays, itself included; one limit for the whole pipeline. */
export const MOST_NESTING = definitions.mostNesting;

/** The user id when none is configured. */
export const DEFAULT_USER_ID = 'pinterest';

/** Pattern of a user id. */
const USER_ID = /^[A-Za-z0-9][A-Za-z0-9-]{0,39}$/;

/**
 * Checks a user id: the prefix of every topic, stream and streaming table.
 *
 * @param userId 1 to 40 letters, digits or `-`, starting with a letter or digit. The bound keeps stream and stack
 * names within AWS's limits.
 * @returns the same text.
 * @throws Error naming the value when it has another form.
 */
export function checkUserId(userId: string): string {
  if (!USER_ID.test(userId)) {
    throw new Error(
      `The user id ${JSON.stringify(userId)} cannot be used: expected 1 to 40 letters, digits or "-", starting with a letter or digit, for example "${DEFAULT_USER_ID}".`,
    );
  }
  return userId;
}

/** The Kafka topic of a feed, for example `pinterest.pin`. */
export function topicName(userId: string, feed: FeedName): string {
  return `${checkUserId(userId)}.${feed}`;
}

/** The feed of a topic, for any user id; undefined for other topics. */
export function feedOfTopic(topic: string): Feed | undefined {
  const [userId = '', suffix, ...more] = topic.split('.');
  const name = FEED_NAMES.find((feed) => feed === suffix);
  return name !== undefined && more.length === 0 && USER_ID.test(userId) ? FEEDS[name] : undefined;
}

/** The dead-letter topic of records that are not JSON objects, for example `pinterest.dead-letters`. */
export function deadLetterTopicName(userId: string): string {
  return `${checkUserId(userId)}.dead-letters`;
}

/**
 * Prefix of the consumer groups that copy dead-letter records into the bucket, for example `pinterest-dead-letters-`.
 */
export function deadLetterReaders(userId: string): string {
  return `${checkUserId(userId)}-dead-letters-`;
}

/** The Kinesis stream of a feed, for example `streaming-pinterest-pin`. */
export function streamName(userId: string, feed: FeedName): string {
  return `streaming-${checkUserId(userId)}-${feed}`;
}

/** The Delta table the streaming path appends a feed to, for example `pinterest_pin_table`. */
export function streamTableName(userId: string, feed: FeedName): string {
  return `${checkUserId(userId)}_${feed}_table`;
}
