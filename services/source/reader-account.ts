/** The account that reads the source tables, and can do nothing else. */
import { escape } from 'mysql2';
import { createConnection } from 'mysql2/promise';
import { FEEDS, FEED_NAMES } from '../contract';
import { connectionOptions, type DatabaseSecret } from './connection';
import { quoteIdentifier } from './schema';

/** The account to make, and as whom. */
export interface ReaderAccountOptions {
  /** An account that may make others; the tables are in its database. */
  readonly administrator: DatabaseSecret;
  readonly username: string;
  readonly password: string;
  /** Whether the server is to refuse the account without TLS. */
  readonly requireTls: boolean;
}

/**
 * Makes the account if it is missing, and sets its password and rights to exactly these: reading the three source
 * tables, which must be there. Doing it twice changes nothing.
 *
 * @throws Error of the server, without the password.
 */
export async function ensureReaderAccount(options: ReaderAccountOptions): Promise<void> {
  const { administrator, username, password, requireTls } = options;
  const account = `${escape(username)}@'%'`;
  const connection = await createConnection(connectionOptions(administrator));
  try {
    // Texts are escaped for this mode.
    await connection.query("SET SESSION sql_mode = 'STRICT_ALL_TABLES'");
    const proof = `IDENTIFIED BY ${escape(password)} REQUIRE ${requireTls ? 'SSL' : 'NONE'}`;
    // With its password from the first moment; one that is there gets the new one.
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
