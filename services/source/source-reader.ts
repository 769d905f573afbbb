/**
 * Reads posts from the source tables: first the existing row numbers, then whole posts by row number, over one
 * connection pool. Tables that break the contract (a row missing in one of them, a row number that is null, duplicate
 * or not an integer) never stop it; they are counted.
 */
import { FEEDS, FEED_NAMES, type FeedName } from '../contract';
import type { DatabaseSecret } from './connection';
import { rowNumberOf } from './row-conversion';
import type { SourcePost, SourceRow, SourceValue } from './rows';
import { quoteIdentifier } from './schema';
import { SourceConnections } from './source-connections';

/** The row numbers of the source, and its warnings. */
export interface SourceRowNumbers {
  /** Every row number that is in at least one table, once, ascending. */
  readonly rowNumbers: Float64Array;
  /** Warnings, a sentence each, for example about rows whose number is null. */
  readonly warnings: readonly string[];
}

/** The source as the emulator uses it. */
export interface SourceReader {
  /**
   * Reads which posts exist.
   *
   * @throws Error when a table or column is missing, or the server cannot be reached.
   */
  rowNumbers(): Promise<SourceRowNumbers>;
  /** Reads the posts with these row numbers, in the order given. A row missing in a table is undefined in its post. */
  read(rowNumbers: readonly number[]): Promise<SourcePost[]>;
  /** Closes every connection, even of a server that does not respond. Pending reads fail. */
  close(): Promise<void>;
}

/** A read without a response for so long is repeated. */
const QUERY_TIMEOUT_MS = 60_000;

interface TableRowNumbers {
  /** Ascending, without duplicates. */
  readonly numbers: Float64Array;
  readonly unusable: number;
  readonly duplicates: number;
  /** One of the unusable values, as an example. */
  readonly example: SourceValue | undefined;
}

class MySqlSourceReader implements SourceReader {
  private readonly connections: SourceConnections;

  constructor(
    private readonly database: DatabaseSecret,
    queryTimeoutMs: number,
  ) {
    this.connections = new SourceConnections(database, FEED_NAMES.length, queryTimeoutMs);
  }

  async rowNumbers(): Promise<SourceRowNumbers> {
    const warnings = await this.checkSchema();
    const found = await Promise.all(FEED_NAMES.map((feed) => this.tableRowNumbers(feed)));
    const rowNumbers = union(found.map(({ numbers }) => numbers));
    found.forEach(({ numbers, unusable, duplicates, example }, index) => {
      const { sourceTable: table, rowNumber } = FEEDS[FEED_NAMES[index] as FeedName];
      if (unusable > 0) {
        warnings.push(
          `${table}: ${unusable} row(s) have no usable row number in ${rowNumber} (for example ${JSON.stringify(example)}; expected an integer within ±2^53) and are not sent.`,
        );
      }
      if (duplicates > 0) {
        warnings.push(
          `${table}: ${duplicates} row(s) repeat the row number of another; one of each is sent.`,
        );
      }
      const missing = rowNumbers.length - numbers.length;
      if (missing > 0) {
        warnings.push(`${table}: ${missing} post(s) have no row here and are sent without it.`);
      }
    });
    return { rowNumbers, warnings };
  }

  async read(rowNumbers: readonly number[]): Promise<SourcePost[]> {
    if (rowNumbers.length === 0) return [];
    const wanted = [...new Set(rowNumbers)];
    const feeds = await Promise.all(FEED_NAMES.map((feed) => this.rowsOf(feed, wanted)));
    return rowNumbers.map((rowNumber) => {
      const rows: Partial<Record<FeedName, SourceRow>> = {};
      FEED_NAMES.forEach((feed, index) => {
        const row = feeds[index]?.get(rowNumber);
        if (row !== undefined) rows[feed] = row;
      });
      return { rowNumber, rows };
    });
  }

  close(): Promise<void> {
    this.connections.close();
    return Promise.resolve();
  }

  /** Throws for missing tables and columns, all in one message; warns about a missing index. */
  private async checkSchema(): Promise<string[]> {
    const columns = await this.connections.query(
      'SELECT TABLE_NAME AS t, COLUMN_NAME AS c FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = DATABASE()',
    );
    const problems: string[] = [];
    for (const { sourceTable, source } of FEED_NAMES.map((feed) => FEEDS[feed])) {
      const present = columns.filter(({ t }) => t === sourceTable).map(({ c }) => String(c).toLowerCase());
      const missing = source.map(({ name }) => name).filter((name) => !present.includes(name.toLowerCase()));
      if (present.length === 0) problems.push(`there is no table ${sourceTable}`);
      else if (missing.length > 0)
        problems.push(`the table ${sourceTable} has no column ${missing.join(', ')}`);
    }
    if (problems.length > 0) {
      throw new Error(
        `The source database ${this.database.dbname} cannot be used: ${problems.join('; ')}. Expected the tables of services/contract/feeds.json; seed the database first, or fix the tables.`,
      );
    }
    const indexes = await this.connections.query(
      'SELECT TABLE_NAME AS t, COLUMN_NAME AS c FROM information_schema.STATISTICS WHERE TABLE_SCHEMA = DATABASE() AND SEQ_IN_INDEX = 1',
    );
    return FEED_NAMES.map((feed) => FEEDS[feed])
      .filter(
        ({ sourceTable, rowNumber }) =>
          !indexes.some(({ t, c }) => t === sourceTable && String(c).toLowerCase() === rowNumber),
      )
      .map(
        ({ sourceTable, rowNumber }) =>
          `${sourceTable}: the column ${rowNumber} has no index, so every read scans the whole table.`,
      );
  }

  private async tableRowNumbers(feed: FeedName): Promise<TableRowNumbers> {
    const { sourceTable, rowNumber } = FEEDS[feed];
    return this.connections.withRetries(async () => {
      // Values are read one by one: a million row objects would take hundreds of megabytes.
      let numbers = new Float64Array(16_384);
      let count = 0;
      let unusable = 0;
      let example: SourceValue | undefined;
      const sql = `SELECT ${quoteIdentifier(rowNumber)} FROM ${quoteIdentifier(sourceTable)}`;
      await this.connections.stream(sql, (value) => {
        const number = rowNumberOf(value);
        if (number === undefined) {
          if (unusable === 0) example = value;
          unusable += 1;
          return;
        }
        if (count === numbers.length) {
          const larger = new Float64Array(count * 2);
          larger.set(numbers);
          numbers = larger;
        }
        numbers[count] = number;
        count += 1;
      });
      const distinct = withoutRepeats(numbers.subarray(0, count).sort());
      return { numbers: distinct, unusable, duplicates: count - distinct.length, example };
    });
  }

  private async rowsOf(feed: FeedName, wanted: readonly number[]): Promise<Map<number, SourceRow>> {
    const { sourceTable, source, rowNumber } = FEEDS[feed];
    // MySQL's column names are case-insensitive; the alias has our case.
    const columns = source
      .map(({ name }) => `${quoteIdentifier(name)} AS ${quoteIdentifier(name)}`)
      .join(', ');
    const rows = await this.connections.query(
      `SELECT ${columns} FROM ${quoteIdentifier(sourceTable)} WHERE ${quoteIdentifier(rowNumber)} IN (${wanted.join(',')})`,
    );
    const byNumber = new Map<number, SourceRow>();
    for (const row of rows) {
      const number = rowNumberOf(row[rowNumber]);
      if (number === undefined) continue;
      const other = byNumber.get(number);
      // Of duplicates always the same row is used, whatever order the server sends.
      if (other === undefined || JSON.stringify(row) < JSON.stringify(other)) {
        byNumber.set(number, { ...row, [rowNumber]: number });
      }
    }
    return byNumber;
  }
}

/** Removes duplicates from an ascending list, in place. */
function withoutRepeats(sorted: Float64Array): Float64Array {
  let kept = 0;
  for (let i = 0; i < sorted.length; i++) {
    if (i === 0 || sorted[i] !== sorted[i - 1]) {
      sorted[kept] = sorted[i] as number;
      kept += 1;
    }
  }
  return sorted.subarray(0, kept);
}

/** The union of the ascending lists, ascending. */
function union(lists: readonly Float64Array[]): Float64Array {
  const all = new Float64Array(lists.reduce((length, list) => length + list.length, 0));
  let offset = 0;
  for (const list of lists) {
    all.set(list, offset);
    offset += list.length;
  }
  return withoutRepeats(all.sort()).slice();
}

/**
 * Opens the source. It connects at the first read. Close it when done.
 *
 * @param queryTimeoutMs a read without a response for so long is repeated.
 */
export function openSource(database: DatabaseSecret, queryTimeoutMs = QUERY_TIMEOUT_MS): SourceReader {
  return new MySqlSourceReader(database, queryTimeoutMs);
}
