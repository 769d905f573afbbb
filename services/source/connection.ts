/** Connection to the source database: the secret in RDS's form, and mysql2's options from it. */
import type { ConnectionOptions } from 'mysql2';

/** The source secret. Secrets Manager keeps it as JSON with these keys; RDS may add others. */
export interface DatabaseSecret {
  readonly username: string;
  readonly password: string;
  readonly host: string;
  /** 1 to 65535. */
  readonly port: number;
  readonly dbname: string;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/**
 * Parses the secret. A port as text (`"3306"`) is accepted; the default is 3306.
 *
 * @throws Error naming the missing or wrong keys, never the secret's values.
 */
export function parseDatabaseSecret(text: string): DatabaseSecret {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    parsed = undefined;
  }
  const secret = isRecord(parsed) ? parsed : {};
  const port = secret.port === undefined ? 3306 : Number(secret.port);
  const bad = ['username', 'password', 'host', 'dbname'].filter(
    (key) => typeof secret[key] !== 'string' || (secret[key] === '' && key !== 'password'),
  );
  if (!Number.isInteger(port) || port < 1 || port > 65535) bad.push('port');
  if (bad.length > 0) {
    throw new Error(
      `The source secret cannot be used: ${bad.join(', ')} missing or wrong. Expected JSON as RDS writes it: {"username", "password", "host", "port", "dbname"}, texts except port, 1 to 65535.`,
    );
  }
  const { username, password, host, dbname } = secret as unknown as DatabaseSecret;
  return { username, password, host, port, dbname };
}

/**
 * mysql2's options for the database. Amazon RDS is reached over TLS, verified with Amazon's certificates; other hosts
 * (the local server) without TLS.
 */
export function connectionOptions(secret: DatabaseSecret): ConnectionOptions {
  return {
    host: secret.host,
    port: secret.port,
    user: secret.username,
    password: secret.password,
    database: secret.dbname,
    charset: 'utf8mb4',
    timezone: 'Z',
    connectTimeout: 10_000,
    ...(/\.rds\.amazonaws\.com(\.cn)?$/.test(secret.host) ? { ssl: 'Amazon RDS' } : {}),
  };
}

/** The `code` of an error of mysql2 or Node, for example `ER_DUP_ENTRY` or `ECONNREFUSED`; else an empty text. */
export function errorCode(error: unknown): string {
  return isRecord(error) && typeof error.code === 'string' ? error.code : '';
}

/** The message of any thrown value. */
export function errorText(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  // Node's AggregateError of a refused connection has an empty message.
  return error.message === '' ? errorCode(error) || error.name : error.message;
}
