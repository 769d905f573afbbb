/**
 * The MariaDB server that holds the source data.
 *
 * Its `root` has no password: it is let in by the unix socket only, and only for the operating system's user who runs
 * the server. Other users come by TCP on 127.0.0.1 with a password.
 */
import { existsSync, mkdirSync, readFileSync, renameSync } from 'node:fs';
import { userInfo } from 'node:os';
import path from 'node:path';
import { installedParts } from '../install';
import { choosePorts } from '../ports';
import { childEnvironment } from '../../processes/environment';
import { runCommand } from '../../processes/run-command';
import { emptyFolder, startPart, type PartOptions, type RunningPart } from './part-process';

/** Options of {@link startMariaDb}. */
export interface MariaDbOptions extends PartOptions {
  /** The port for clients; a free one by default. */
  readonly ports?: { readonly mariadb?: number };
  /** Ports to be used again if they are free. */
  readonly preferredPorts?: Readonly<Record<string, number>>;
}

/** A running server. */
export interface RunningMariaDb extends RunningPart {
  readonly ports: { readonly mariadb: number };
  /** The unix socket by which `root` comes in. */
  readonly socket: string;
}

/** A user of one database. */
export interface DatabaseUser {
  /** Created if it does not exist. */
  readonly database: string;
  readonly username: string;
  /** Replaces the one the user had. */
  readonly password: string;
  /** Everything in the database, or SELECT alone. */
  readonly access: 'read' | 'all';
}

/** The socket's name in the data folder. The server and its client are in that folder: a socket's path may have 100 bytes. */
const SOCKET = 'mariadb.sock';

/** What makes the system tables, in the order of `scripts/mariadb-install-db`, which cannot be run: it is a shell script that
 * takes a path with a space for two. */
const SYSTEM_TABLES = [
  'mariadb_system_tables.sql',
  'mariadb_performance_tables.sql',
  'mariadb_system_tables_data.sql',
  'fill_help_tables.sql',
  'maria_add_gis_sp_bootstrap.sql',
  'mariadb_sys_schema.sql',
];

/**
 * Starts the server. Its data is in `<stateDir>/mariadb/data` and survives restarts, also by `kill -9`.
 *
 * @throws Error when a fixed port is taken, or the server does not become ready.
 */
export async function startMariaDb(options: MariaDbOptions): Promise<RunningMariaDb> {
  const { stateDir, signal } = options;
  const home = installedParts().mariaDbHome;
  const ports = await choosePorts(['mariadb'], 'MariaDB', options.ports, options.preferredPorts);
  const folder = path.join(stateDir, 'mariadb');
  const data = path.join(folder, 'data');
  mkdirSync(folder, { recursive: true });
  const temporary = emptyFolder(path.join(folder, 'tmp'));
  const { username } = userInfo();
  // The server refuses to run as root unless told that it is meant.
  const asUser = process.getuid?.() === 0 ? [`--user=${username}`] : [];
  const common = [
    '--no-defaults',
    ...asUser,
    `--basedir=${home}`,
    `--tmpdir=${temporary}`,
    '--skip-name-resolve',
  ];
  if (!existsSync(data)) await createData(home, data, username, common, signal);

  const socket = path.join(data, SOCKET);
  const part = await startPart({
    name: 'mariadb',
    command: path.join(home, 'bin', 'mariadbd'),
    args: [
      ...common,
      `--datadir=${data}`,
      `--port=${ports.mariadb}`,
      `--socket=${SOCKET}`,
      `--pid-file=${path.join(folder, 'mariadb.pid')}`,
      '--bind-address=127.0.0.1',
      '--skip-ssl', // Certificates made at every start took up to 14 s; nothing leaves this machine.
      '--local-infile=OFF',
      '--symbolic-links=OFF',
      '--character-set-server=utf8mb4',
      '--default-time-zone=+00:00',
      '--performance-schema=OFF',
      '--skip-log-bin',
      '--max-connections=100',
      '--innodb-buffer-pool-size=64M',
      '--innodb-log-file-size=64M',
      '--innodb-flush-log-at-trx-commit=2', // Safe against a killed server; only a killed machine loses a second.
      '--aria-pagecache-buffer-size=8M',
      '--key-buffer-size=1M',
    ],
    env: childEnvironment('local'),
    cwd: folder,
    stateDir,
    signal,
    ports,
    url: `mysql://127.0.0.1:${ports.mariadb}`,
    probe: async () => {
      await rootSql(home, socket, 'SELECT 1;');
    },
  });
  return { ...part, ports, socket };
}

/** Makes the system tables, in a folder that gets its name only when it is complete. */
async function createData(
  home: string,
  data: string,
  username: string,
  options: readonly string[],
  signal?: AbortSignal,
): Promise<void> {
  const draft = emptyFolder(`${data}.new`);
  const scripts = SYSTEM_TABLES.map((name) => readFileSync(path.join(home, 'share', name), 'utf8'));
  // When it bootstraps, the server takes one statement a line.
  const first = `CREATE DATABASE mysql;\nUSE mysql;\nSET @auth_root_socket=${quoteText(username)};\n`;
  await runCommand(
    path.join(home, 'bin', 'mariadbd'),
    [...options, '--bootstrap', `--datadir=${draft}`, '--log-warnings=0', '--max-allowed-packet=8M'],
    { input: `${first}${scripts.join('\n')}`, signal },
  );
  renameSync(draft, data);
}

/** Runs SQL as root. It goes by standard input, so that no secret in it is seen in the list of processes. */
async function rootSql(home: string, socket: string, sql: string, signal?: AbortSignal): Promise<string> {
  const program = path.join(home, 'bin', 'mariadb');
  const args = [
    '--no-defaults',
    '--skip-ssl',
    '--batch',
    '--skip-column-names',
    `--socket=${path.basename(socket)}`,
  ];
  return runCommand(program, [...args, `--user=${userInfo().username}`], {
    cwd: path.dirname(socket),
    input: sql,
    timeoutMs: 30_000,
    signal,
  });
}

function quoteText(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
}

function quoteName(name: string): string {
  return `\`${name.replaceAll('`', '``')}\``;
}

/**
 * Creates a database and a user of it, or gives an existing user this password and exactly this access. The user may
 * come from 127.0.0.1 only.
 */
export async function setDatabaseUser(
  server: Pick<RunningMariaDb, 'socket'>,
  user: DatabaseUser,
): Promise<void> {
  const account = `${quoteText(user.username)}@'127.0.0.1'`;
  const database = quoteName(user.database);
  // In GRANT the database's name is a pattern.
  const granted = quoteName(user.database.replaceAll(/[_%\\]/g, '\\$&'));
  const sql = [
    `CREATE DATABASE IF NOT EXISTS ${database} CHARACTER SET utf8mb4`,
    `CREATE USER IF NOT EXISTS ${account} IDENTIFIED BY ${quoteText(user.password)}`,
    `ALTER USER ${account} IDENTIFIED BY ${quoteText(user.password)}`,
    `REVOKE ALL PRIVILEGES, GRANT OPTION FROM ${account}`,
    `GRANT ${user.access === 'read' ? 'SELECT' : 'ALL PRIVILEGES'} ON ${granted}.* TO ${account}`,
  ];
  await rootSql(installedParts().mariaDbHome, server.socket, `${sql.join(';\n')};\n`);
}

/** Removes a user, if there is one of that name. */
export async function dropDatabaseUser(
  server: Pick<RunningMariaDb, 'socket'>,
  username: string,
): Promise<void> {
  const sql = `DROP USER IF EXISTS ${quoteText(username)}@'127.0.0.1';\n`;
  await rootSql(installedParts().mariaDbHome, server.socket, sql);
}
