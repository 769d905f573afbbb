/** Where the posts come from. */
import { readDatabaseName } from './common-settings';
import { matching, optionalText, refuse, requiredHost, requiredPort, type SettingReader } from './settings';

/** A snapshot of a database: an id, of RDS's own making with `rds:` before it, or an ARN. */
export const SNAPSHOT_PATTERN =
  '^(arn:aws[a-z-]*:rds:[a-z0-9-]+:[0-9]{12}:snapshot:)?(rds:)?[A-Za-z][A-Za-z0-9-]{0,254}$';

/** How an external MySQL server is entered. */
export type SourceCredentials =
  /** The app makes them; the server has to be given them. */
  | { readonly kind: 'generated' }
  /** A secret that is there, JSON as RDS writes it: `username`, `password`, `host`, `port`, `dbname`. */
  | { readonly kind: 'existing'; readonly secretArn: string; readonly keyArn?: string };

/** A MySQL server that already exists. */
export interface ExternalSource {
  readonly kind: 'external';
  readonly host: string;
  readonly port: number;
  /** The name of the database (schema). */
  readonly database: string;
  readonly credentials: SourceCredentials;
}

/** A MySQL server of the app's own, filled with generated posts. */
export interface RdsSource {
  readonly kind: 'rds';
  /** For example `t4g.micro`. */
  readonly instanceType: string;
  readonly storageGiB: number;
  /** Whether there is a standby in another zone. */
  readonly multiAz: boolean;
  /** Days for which backups are kept. */
  readonly backupDays: number;
  /** The name of the database (schema). */
  readonly database: string;
  /** Generated posts that it is filled with. */
  readonly seedPosts: number;
  /**
   * The snapshot, by id or ARN, that a server which is not there yet is restored from, with what is in it. One that is
   * there keeps what it was made of: `docs/adr/0009-parking.md`.
   *
   * @default none: a new server is filled with generated posts
   */
  readonly snapshot?: string;
}

/** Where the posts come from. */
export type SourcePart = RdsSource | ExternalSource;

/**
 * Reads `databaseName`; and `sourceSnapshot` of the database that is made, or `databaseHost`, `databasePort`,
 * `databaseSecretArn` and `databaseSecretKeyArn` of an existing one.
 *
 * @throws SettingError
 */
export function readSource(made: RdsSource, read: SettingReader): SourcePart {
  const database = readDatabaseName(read, made.database);
  if (optionalText(read, 'databaseHost', 'a text') === undefined) {
    const why = 'it needs the server that it belongs to: give "-c databaseHost=…" as well, or neither';
    refuse(read, ['databasePort', 'databaseSecretArn', 'databaseSecretKeyArn'], why);
    const snapshot = matching(
      read,
      'sourceSnapshot',
      new RegExp(SNAPSHOT_PATTERN),
      'the id or ARN of a snapshot of an RDS database, for example one that "npm run pipeline -- snapshots" lists',
    );
    return { ...made, database, snapshot };
  }
  refuse(read, ['sourceSnapshot'], 'the database is an existing one: leave one of the two out');
  const secretArn = matching(
    read,
    'databaseSecretArn',
    /^arn:aws[a-z-]*:secretsmanager:[a-z0-9-]+:\d{12}:secret:\S+-\w{6}$/,
    'the ARN of a secret, for example "arn:aws:secretsmanager:us-east-1:123456789012:secret:name-AbCdEf"',
  );
  const keyArn = optionalText(read, 'databaseSecretKeyArn', 'a text');
  if (secretArn === undefined) {
    const why = 'it needs the secret that the key encrypts: give "-c databaseSecretArn=…"';
    refuse(read, ['databaseSecretKeyArn'], why);
  }
  return {
    kind: 'external',
    host: requiredHost(read, 'databaseHost'),
    port: requiredPort((name) => read(name) ?? 3306, 'databasePort'),
    database,
    credentials: secretArn === undefined ? { kind: 'generated' } : { kind: 'existing', secretArn, keyArn },
  };
}
