/**
 * The connections of the source reader: a pool of mysql2 in which a read is repeated when the server is away, dies, or
 * falls silent.
 */
import { createPool, type Pool, type PoolConnection, type RowDataPacket } from 'mysql2';
import { connectionOptions, errorCode, errorText, type DatabaseSecret } from './connection';
import { asSentence } from './sentence';
import { convertField, type RawField } from './row-conversion';
import type { SourceValue } from './rows';

/** Attempts for one query while the server is unavailable, and the pauses between them in milliseconds. */
const RETRY_PAUSES_MS = [200, 500, 1000, 2000, 4000, 8000];
const CONNECTION_ERRORS =
  /^(PROTOCOL_|ECONN|ETIMEDOUT|EPIPE|ENETUNREACH|ER_SERVER_SHUTDOWN|ER_CON_COUNT_ERROR)/;

/** A row by its columns' names. */
export type Row = Record<string, SourceValue>;

/** A pool of connections, which are made when they are needed. */
export class SourceConnections {
  private readonly pool: Pool;

  /**
   * @param most connections at once.
   * @param queryTimeoutMs a query without a response for so long is considered lost.
   */
  constructor(
    private readonly database: DatabaseSecret,
    most: number,
    private readonly queryTimeoutMs: number,
  ) {
    this.pool = createPool({
      ...connectionOptions(database),
      connectionLimit: most,
      enableKeepAlive: true,
      typeCast: (field: RawField) => convertField(field),
    });
    // A TIMESTAMP column is converted to the session's time zone, so this must be the connection's first statement.
    this.pool.on('connection', (connection: PoolConnection) => {
      connection.on('error', () => undefined); // Also while nothing uses it; the pool removes it then.
      connection.query({ sql: "SET time_zone = '+00:00'", timeout: queryTimeoutMs }, (error) => {
        if (error) connection.emit('error', error);
      });
    });
  }

  /** Closes every connection, even of a server that does not respond. Pending reads fail. */
  close(): void {
    // Not awaited: after lost connections mysql2's pool never reports its end.
    this.pool.end(() => undefined);
  }

  /** Runs a query, again while the server is unavailable. */
  query(sql: string): Promise<Row[]> {
    return this.withRetries(() =>
      this.onConnection(
        (connection) =>
          new Promise<Row[]>((resolve, reject) => {
            connection.query<(RowDataPacket & Row)[]>(
              { sql, timeout: this.queryTimeoutMs },
              (error, rows) => {
                if (error) reject(error);
                else resolve(rows);
              },
            );
          }),
      ),
    );
  }

  /** Passes the first column of each row to `take`, without keeping the rows. Once: see {@link withRetries}. */
  stream(sql: string, take: (value: SourceValue) => void): Promise<void> {
    return this.onConnection(
      (connection) =>
        new Promise((resolve, reject) => {
          connection
            .query({ sql, rowsAsArray: true, timeout: this.queryTimeoutMs })
            .on('result', (row) => {
              take((row as unknown as [SourceValue])[0]);
            })
            .on('error', reject)
            .on('end', resolve);
        }),
    );
  }

  /** Uses a connection of the pool; after a failure it is closed, as it may never be free again. */
  private async onConnection<T>(use: (connection: PoolConnection) => Promise<T>): Promise<T> {
    const connection = await new Promise<PoolConnection>((resolve, reject) => {
      this.pool.getConnection((error, one) => {
        if (error) reject(error);
        else resolve(one);
      });
    });
    let onLost: (error: Error) => void = () => undefined;
    // A query without a callback is not told that its connection is lost; the connection always is.
    const lost = new Promise<never>((_, reject) => (onLost = reject));
    connection.on('error', onLost);
    try {
      return await Promise.race([use(connection), lost]);
    } catch (error) {
      connection.destroy();
      throw error;
    } finally {
      connection.removeListener('error', onLost);
      connection.release();
    }
  }

  /** Runs a read, again while the server is unavailable. */
  async withRetries<T>(read: () => Promise<T>): Promise<T> {
    for (let attempt = 0; ; attempt++) {
      try {
        return await read();
      } catch (error) {
        const pause = RETRY_PAUSES_MS[attempt];
        if (pause === undefined || !CONNECTION_ERRORS.test(errorCode(error))) {
          const { host, port, dbname, username } = this.database;
          throw new Error(
            `Reading the source database ${host}:${port}/${dbname} as ${username} failed: ${asSentence(errorText(error))}`,
            { cause: error },
          );
        }
        await new Promise((resolve) => setTimeout(resolve, pause));
      }
    }
  }
}
