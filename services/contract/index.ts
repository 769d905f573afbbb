/**
 * The three feeds, defined once.
 *
 * `feeds.json` has what TypeScript and the Python table engine read: source tables, the columns of the cleaned tables,
 * sentinel texts, what a user id looks like, and the names that follow from it. This module adds the types.
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

/** Where the newest answers are in the sink bucket. */
export const ANSWERS_KEY = definitions.answersKey;

/** Where the newest report is in the sink bucket, and what it shows besides the answers. */
export const REPORT_KEY = definitions.reports.latest;
export const REPORT_FACTS_KEY = definitions.reports.facts;

/** Where the report of a batch is in the sink bucket, for example `reports/batch-3.html`. */
export function batchReportKey(batch: number): string {
  return definitions.reports.batch.replace('{batch}', String(batch));
}

/** The user id when none is configured. */
export const DEFAULT_USER_ID = definitions.userId.default;

const USER_ID = new RegExp(`^${definitions.userId.pattern}$`);

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
      `The user id ${JSON.stringify(userId)} cannot be used: expected ${definitions.userId.expected}, for example "${DEFAULT_USER_ID}".`,
    );
  }
  return userId;
}

/** A name by its template in `feeds.json`. */
function nameOf(kind: keyof typeof definitions.names, userId: string, feed = ''): string {
  return definitions.names[kind].replace('{userId}', checkUserId(userId)).replace('{feed}', feed);
}

/** The Kafka topic of a feed, for example `pinterest.pin`. */
export function topicName(userId: string, feed: FeedName): string {
  return nameOf('topic', userId, feed);
}

/** The feed of a topic, for any user id; undefined for other topics. */
export function feedOfTopic(topic: string): Feed | undefined {
  const [userId = ''] = topic.split('.');
  const name = USER_ID.test(userId) && FEED_NAMES.find((feed) => topicName(userId, feed) === topic);
  return name ? FEEDS[name] : undefined;
}

/** The dead-letter topic of records that are not JSON objects, for example `pinterest.dead-letters`. */
export function deadLetterTopicName(userId: string): string {
  return nameOf('deadLetterTopic', userId);
}

/**
 * Prefix of the consumer groups that copy dead-letter records into the bucket, for example `pinterest-dead-letters-`.
 */
export function deadLetterReaders(userId: string): string {
  return nameOf('deadLetterReaders', userId);
}

/** The Kinesis stream of a feed, for example `streaming-pinterest-pin`. */
export function streamName(userId: string, feed: FeedName): string {
  return nameOf('stream', userId, feed);
}

/** The Delta table the streaming path appends a feed to, for example `pinterest_pin_table`. */
export function streamTableName(userId: string, feed: FeedName): string {
  return nameOf('streamTable', userId, feed);
}
