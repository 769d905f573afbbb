/**
 * Fills the source database with generated posts.
 *
 * Posts are written in chunks of ascending row numbers. A chunk's rows in the three tables and the progress in
 * `seed_info` are one transaction, so that an interrupted seeding continues exactly where it stopped and ends with the
 * same bytes.
 */
import { createConnection, type Connection, type RowDataPacket } from 'mysql2/promise';
import { escape } from 'mysql2';
import { FEEDS, FEED_NAMES, type FeedName } from '../contract';
import { connectionOptions, errorCode, errorText, type DatabaseSecret } from './connection';
import { asSentence } from './sentence';
import { GENERATOR_VERSION, MAX_ROW_NUMBER, PostGenerator } from './generator';
import { checkSeed } from './random';
import type { SourceRow } from './rows';
import { SEED_INFO_TABLE, createStatements, quoteIdentifier } from './schema';

/** Options of a seeding. */
export interface SeedOptions {
  readonly database: DatabaseSecret;
  /** The wanted number of posts: row numbers 0 to `posts` - 1. */
  readonly posts: number;
  /** The generator's seed. Default 100. */
  readonly seed?: number;
  /** Called after each chunk with the number of posts present and wanted. */
  readonly onProgress?: (present: number, posts: number) => void;
  /** Ends the seeding after the current chunk. */
  readonly signal?: AbortSignal;
}

/** Result of a seeding, as JSON. */
export interface SeedReport {
  readonly seed: number;
  /** The wanted number of posts. */
  readonly posts: number;
  /** The number of seeded posts in the database. It may exceed `posts`: nothing is ever deleted. */
  readonly present: number;
  /** The number of posts written by this call. */
  readonly inserted: number;
  readonly seconds: number;
  /** False when the signal ended the seeding early. */
  readonly complete: boolean;
  /** A summary in one sentence. */
  readonly note: string;
}

/** Posts in one transaction; a pin row takes some 600 bytes of SQL, so statements stay near 1 MB. */
const CHUNK = 2000;
const LOCK_SECONDS = 10;

interface InsertChunk {
  readonly to: number;
  readonly statements: readonly string[];
}

/** The INSERT statements of the posts `from` to `to`. */
function insertChunk(generator: PostGenerator, from: number, to: number): InsertChunk {
  const tuples: Record<FeedName, string[]> = { pin: [], geo: [], user: [] };
  for (let n = from; n < to; n++) {
    const post = generator.post(n);
    for (const feed of FEED_NAMES) {
      const row: SourceRow = post[feed];
      tuples[feed].push(`(${FEEDS[feed].source.map(({ name }) => escape(row[name])).join(',')})`);
    }
  }
  const statements = FEED_NAMES.map((feed) => {
    const { sourceTable, source } = FEEDS[feed];
    const columns = source.map(({ name }) => quoteIdentifier(name)).join(',');
    return `INSERT INTO ${quoteIdentifier(sourceTable)} (${columns}) VALUES ${tuples[feed].join(',')}`;
  });
  return { to, statements };
}

/** Connects, and creates the database if it does not exist. */
async function connect(secret: DatabaseSecret): Promise<Connection> {
  const options = connectionOptions(secret);
  try {
    return await createConnection(options);
  } catch (error) {
    if (errorCode(error) !== 'ER_BAD_DB_ERROR') {
      throw new Error(
        `The source database ${secret.host}:${secret.port}/${secret.dbname} cannot be reached as ${secret.username}: ${asSentence(errorText(error))} Check that the server runs and that the secret belongs to it.`,
        { cause: error },
      );
    }
    const connection = await createConnection({ ...options, database: undefined });
    await connection.query(
      `CREATE DATABASE IF NOT EXISTS ${quoteIdentifier(secret.dbname)} CHARACTER SET utf8mb4`,
    );
    await connection.query(`USE ${quoteIdentifier(secret.dbname)}`);
    return connection;
  }
}

interface Numbers extends RowDataPacket {
  readonly a: number;
  readonly b: number;
  readonly c: number;
}

/** The number of posts of this seed; refuses a database that contains anything else. */
async function presentPosts(connection: Connection, database: string, seed: number): Promise<number> {
  const info = quoteIdentifier(SEED_INFO_TABLE);
  const [rows] = await connection.query<Numbers[]>(
    `SELECT seed AS a, posts AS b, generator AS c FROM ${info}`,
  );
  const found = rows[0];
  if (found === undefined) {
    for (const feed of FEED_NAMES) {
      const table = FEEDS[feed].sourceTable;
      const [any] = await connection.query<RowDataPacket[]>(
        `SELECT 1 FROM ${quoteIdentifier(table)} LIMIT 1`,
      );
      if (any.length > 0) {
        throw new Error(
          `The table ${table} in the database ${database} has rows that the seeder did not write and will not change: use an empty database, or drop the table.`,
        );
      }
    }
    await connection.query(`INSERT INTO ${info} (id, seed, generator, posts) VALUES (1, ?, ?, 0)`, [
      seed,
      GENERATOR_VERSION,
    ]);
    return 0;
  }
  if (found.a !== seed || found.c !== GENERATOR_VERSION) {
    throw new Error(
      `The database ${database} is filled with seed ${found.a} (generator version ${found.c}), not with seed ${seed} (version ${GENERATOR_VERSION}): use seed ${found.a}, or delete the data first (npm run reset).`,
    );
  }
  return found.b;
}

async function writeChunk(connection: Connection, chunk: InsertChunk): Promise<void> {
  await connection.query('START TRANSACTION');
  for (const statement of chunk.statements) {
    try {
      await connection.query(statement);
    } catch (error) {
      await connection.query('ROLLBACK').catch(() => undefined);
      if (errorCode(error) !== 'ER_DUP_ENTRY') throw error;
      throw new Error(
        `A row up to number ${chunk.to - 1} already exists and was not written by the seeder: ${asSentence(errorText(error))} Delete that row, or seed an empty database.`,
        { cause: error },
      );
    }
  }
  await connection.query(`UPDATE ${quoteIdentifier(SEED_INFO_TABLE)} SET posts = ? WHERE id = 1`, [chunk.to]);
  await connection.query('COMMIT');
}

/**
 * Creates missing tables and writes missing posts. Idempotent; a larger number adds posts, a smaller one deletes none.
 *
 * @throws RangeError for an invalid `posts` or `seed`; Error when the server cannot be reached, when the database has
 * another seed or other rows, or when another seeding holds the lock.
 */
export async function seedDatabase(options: SeedOptions): Promise<SeedReport> {
  const { posts, database, onProgress, signal } = options;
  const seed = checkSeed(options.seed ?? 100);
  if (!Number.isSafeInteger(posts) || posts < 1 || posts > MAX_ROW_NUMBER) {
    throw new RangeError(
      `${posts} posts cannot be seeded: expected an integer from 1 to ${MAX_ROW_NUMBER}, for example 11000.`,
    );
  }
  const started = performance.now();
  const connection = await connect(database);
  try {
    // The escaping assumes this mode, and a value that does not fit must fail, whatever the server's default.
    await connection.query("SET SESSION sql_mode = 'STRICT_ALL_TABLES', time_zone = '+00:00'");
    const lock = `${database.dbname}.seed`.slice(-64);
    const [locked] = await connection.query<Numbers[]>('SELECT GET_LOCK(?, ?) AS a', [lock, LOCK_SECONDS]);
    if (locked[0]?.a !== 1) {
      throw new Error(
        `Another seeding of the database ${database.dbname} is running: it still held the lock after ${LOCK_SECONDS} s. Wait for it to end.`,
      );
    }
    for (const statement of createStatements()) await connection.query(statement);
    const before = await presentPosts(connection, database.dbname, seed);
    let present = before;
    const generator = before < posts ? new PostGenerator(seed) : undefined;
    let pending: Promise<void> | undefined;
    while (generator !== undefined && present < posts && signal?.aborted !== true) {
      // The next chunk is generated while the server writes the one before.
      const chunk = insertChunk(generator, present, Math.min(present + CHUNK, posts));
      await pending;
      if (pending !== undefined) onProgress?.(present, posts);
      pending = writeChunk(connection, chunk);
      // If generating the next chunk throws, this rejection must not go unhandled.
      pending.catch(() => undefined);
      present = chunk.to;
    }
    await pending;
    onProgress?.(present, posts);
    return {
      seed,
      posts,
      present,
      inserted: present - before,
      seconds: Math.round(performance.now() - started) / 1000,
      complete: present >= posts,
      note: seedNote(posts, before, present),
    };
  } finally {
    await connection.end().catch(() => {
      connection.destroy();
    });
  }
}

function seedNote(posts: number, before: number, present: number): string {
  if (present < posts)
    return `Stopped at ${present} of ${posts} posts; the next seeding continues from there.`;
  if (before > posts)
    return `${before} posts already exist, more than the ${posts} requested; nothing was deleted.`;
  if (before === posts) return `${posts} posts already exist; nothing was changed.`;
  return before === 0 ? `${present} posts written.` : `${present - before} posts added to ${before}.`;
}
