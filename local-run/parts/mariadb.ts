/**
 * The MariaDB server that holds the source data.
 *
 * Its `root` has no password: it is let in by the unix socket only, and only for the operating system's user who runs
 * the server. Other users come by TCP on 127.0.0.1 with a password.
 */
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import path from 'node:path';
import { installedParts } from '../install';
import { choosePorts } from '../ports';
import { partEnvironment } from '../processes/environment';
import { runCommand } from '../processes/run-command';
import { startPart, type PartOptions, type RunningPart } from './part-process';

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

/** The longest path of a unix socket that every system takes, in bytes. */
const MAX_SOCKET_BYTES = 100;

/** Where the socket can be: in the state folder, or in a short temporary one when that has too long a path. */
function socketFolder(folder: string): { socket: string; temporary?: string } {
  const socket = path.join(folder, 'mariadb.sock');
  if (Buffer.byteLength(socket) <= MAX_SOCKET_BYTES) return { socket };
  const temporary = mkdtempSync(path.join(tmpdir(), 'mariadb-'));
  return { socket: path.join(temporary, 's'), temporary };
}

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
  const env = partEnvironment();
  const { username } = userInfo();
  // The server refuses to run as root unless told that it is meant.
  const asUser = process.getuid?.() === 0 ? [`--user=${username}`] : [];
  if (!existsSync(data)) await createData(home, folder, data, username, asUser, signal);

  const { socket, temporary } = socketFolder(folder);
  const part = await startPart({
    name: 'mariadb',
    command: path.join(home, 'bin', 'mariadbd'),
    args: [
      '--no-defaults',
      ...asUser,
      `--basedir=${home}`,
      `--datadir=${data}`,
      `--port=${ports.mariadb}`,
      `--socket=${socket}`,
      `--pid-file=${path.join(folder, 'mariadb.pid')}`,
      '--bind-address=127.0.0.1',
      '--skip-name-resolve',
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
    env,
    cwd: folder,
    stateDir,
    signal,
    ports,
    url: `mysql://127.0.0.1:${ports.mariadb}`,
    probe: async () => {
      await rootSql(home, socket, 'SELECT 1;');
    },
  });
  void part.exited.then(() => {
    if (temporary !== undefined) rmSync(temporary, { recursive: true, force: true });
  });
  return { ...part, ports, socket };
}

/** Makes the system tables, in a folder that gets its name only when it is complete. */
async function createData(
  home: string,
  folder: string,
  data: string,
  username: string,
  asUser: readonly string[],
  signal?: AbortSignal,
): Promise<void> {
  const draft = path.join(folder, 'data.new');
  rmSync(draft, { recursive: true, force: true });
  await runCommand(
    path.join(home, 'scripts', 'mariadb-install-db'),
    [
      '--no-defaults',
      ...asUser,
      // Relative, because the script takes a path with a space for two.
      '--basedir=.',
      `--datadir=${path.relative(home, draft)}`,
      '--auth-root-authentication-method=socket',
      `--auth-root-socket-user=${username}`,
      '--skip-test-db',
      '--skip-name-resolve',
    ],
    { cwd: home, signal },
  );
  renameSync(draft, data);
}

/** Runs SQL as root. It goes by standard input, so that no secret in it is seen in the list of processes. */
async function rootSql(home: string, socket: string, sql: string, signal?: AbortSignal): Promise<string> {
  const program = path.join(home, 'bin', 'mariadb');
  const args = ['--no-defaults', '--skip-ssl', '--batch', '--skip-column-names', `--socket=${socket}`];
  return runCommand(program, [...args, `--user=${userInfo().username}`], {
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
