/** The account that can only read the source tables. */
import { escape } from 'mysql2';
import { createConnection } from 'mysql2/promise';
import { FEEDS, FEED_NAMES } from '../contract';
import { connectionOptions, type DatabaseSecret } from './connection';
import { quoteIdentifier } from './schema';

/** The account to create, and the connection for it. */
export interface ReaderAccountOptions {
  /** An account that may create others; the tables are in its database. */
  readonly administrator: DatabaseSecret;
  readonly username: string;
  readonly password: string;
  /** Whether the account requires TLS. */
  readonly requireTls: boolean;
}

/**
 * Creates the account if it is missing, and sets its password and privileges to exactly these: reading the three source
 * tables, which must exist. Idempotent.
 *
 * @throws Error of the server, without the password.
 */
export async function ensureReaderAccount(options: ReaderAccountOptions): Promise<void> {
  const { administrator, username, password, requireTls } = options;
  const account = `${escape(username)}@'%'`;
  const connection = await createConnection(connectionOptions(administrator));
  try {
    // The escaping assumes this mode.
    await connection.query("SET SESSION sql_mode = 'STRICT_ALL_TABLES'");
    const proof = `IDENTIFIED BY ${escape(password)} REQUIRE ${requireTls ? 'SSL' : 'NONE'}`;
    // Created with its password; an existing account gets the new one.
    await connection.query(`CREATE USER IF NOT EXISTS ${account} ${proof}`);
    await connection.query(`ALTER USER ${account} ${proof}`);
    await connection.query(`REVOKE ALL PRIVILEGES, GRANT OPTION FROM ${account}`);
    for (const feed of FEED_NAMES) {
      const table = `${quoteIdentifier(administrator.dbname)}.${quoteIdentifier(FEEDS[feed].sourceTable)}`;
      await connection.query(`GRANT SELECT ON ${table} TO ${account}`);
    }
  } finally {
    await connection.end().catch(() => {
      connection.destroy();
    });
  }
}
