/** The custom resource of the source database's content, on a real MariaDB server. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { createConnection, type RowDataPacket } from 'mysql2/promise';
import { sourceDataResource } from '../../lambda/source-data/source-data';
import { ensureParts } from '../../tools/local-run/install';
import { setDatabaseUser, startMariaDb, type RunningMariaDb } from '../../tools/local-run/parts/mariadb';
import { connectionOptions, type DatabaseSecret } from '../../services/source/connection';

jest.setTimeout(300_000);

const stateDir = mkdtempSync(join(tmpdir(), 'reader-account-'));
const READER = { username: 'emulator', password: "it's \\ a password" };
let server: RunningMariaDb;

beforeAll(async () => {
  await ensureParts(undefined, { only: ['mariadb'] });
  server = await startMariaDb({ stateDir });
  await setDatabaseUser(server, { database: 'pins', username: 'admin', password: 'secret', access: 'all' });
  const root = await createConnection({ socketPath: server.socket, user: userInfo().username });
  // As RDS gives its master user: it may make accounts and hand its rights on.
  await root.query("GRANT ALL PRIVILEGES ON *.* TO 'admin'@'127.0.0.1' WITH GRANT OPTION");
  await root.end();
});
afterAll(async () => {
  await server.stop();
  rmSync(stateDir, { recursive: true, force: true });
});

const secrets = (): Record<string, unknown> => ({
  // What RDS manages has these two keys only.
  administrator: { username: 'admin', password: 'secret' },
  reader: { ...READER, host: '127.0.0.1', port: server.ports.mariadb, dbname: 'pins' },
});

function run(
  properties: Readonly<Record<string, unknown>> = {},
  { requireTls = false, type = 'Create' }: { requireTls?: boolean; type?: 'Create' | 'Delete' } = {},
): Promise<{ note?: string }> {
  const resource = sourceDataResource((arn) => Promise.resolve(JSON.stringify(secrets()[arn])), requireTls);
  return resource.run({
    type,
    properties: {
      AdministratorSecretArn: 'administrator',
      ReaderSecretArn: 'reader',
      Host: '127.0.0.1',
      Port: String(server.ports.mariadb),
      Database: 'pins',
      Posts: '50',
      Seed: '100',
      ...properties,
    },
    deadline: Date.now() + 60_000,
  });
}

/** Runs a statement as the reader. */
async function asReader(statement: string): Promise<RowDataPacket[]> {
  const connection = await createConnection(connectionOptions(secrets().reader as DatabaseSecret));
  try {
    return (await connection.query<RowDataPacket[]>(statement))[0];
  } finally {
    await connection.end();
  }
}

test('writes the posts, and makes an account that reads them', async () => {
  expect(await run()).toEqual({ note: '50 posts written.' });
  for (const table of ['pinterest_data', 'geolocation_data', 'user_data']) {
    expect((await asReader(`SELECT count(*) AS n FROM ${table}`))[0]?.n).toBe(50);
  }
});

test('a second time adds what is missing and changes nothing else', async () => {
  expect(await run()).toEqual({ note: '50 posts already exist; nothing was changed.' });
  expect(await run({ Posts: '60' })).toEqual({ note: '10 posts added to 50.' });
  expect((await asReader('SELECT count(*) AS n FROM user_data'))[0]?.n).toBe(60);
});

test.each([
  'DELETE FROM user_data',
  "UPDATE user_data SET first_name = 'x'",
  'DROP TABLE user_data',
  'CREATE TABLE other (a INT)',
  'SELECT * FROM seed_info',
  'SELECT user FROM mysql.user',
])('the account may not %s', async (statement) => {
  await expect(asReader(statement)).rejects.toThrow(/denied/);
});

test('the account is refused without TLS where that is asked for', async () => {
  await run({}, { requireTls: true });
  await expect(asReader('SELECT 1')).rejects.toThrow(/denied/);
  await run();
  expect(await asReader('SELECT 1 AS one')).toEqual([{ one: 1 }]);
});

test('what a snapshot brought is left as it is, with a new password of the reader', async () => {
  const administrator = await createConnection({
    ...connectionOptions({ ...(secrets().reader as DatabaseSecret), username: 'admin', password: 'secret' }),
  });
  await administrator.query("UPDATE user_data SET first_name = 'changed' WHERE ind = 3");
  await administrator.query('DELETE FROM user_data WHERE ind = 7');
  await administrator.query("ALTER USER 'emulator'@'%' IDENTIFIED BY 'of the snapshot'");
  await administrator.end();
  // More posts, and another seed, than the seeder would take.
  expect(await run({ Snapshot: 'mine-1', Posts: '99', Seed: '7' })).toEqual({
    note: 'The posts of the snapshot mine-1 were left as they are.',
  });
  const [counted] = await asReader(
    "SELECT count(*) AS n, sum(first_name = 'changed') AS changed FROM user_data",
  );
  expect([counted?.n, Number(counted?.changed)]).toEqual([59, 1]);
});

test('a snapshot of another database is told', async () => {
  await expect(run({ Snapshot: 'mine-1', Database: 'other' })).rejects.toThrow(
    /^The database other of the snapshot mine-1 cannot be given its reader: .*'other'.* Expected the snapshot of a source/,
  );
});

test('deleting the resource leaves the posts and the account', async () => {
  expect(await run({}, { type: 'Delete' })).toEqual({ note: 'The database was left as it is.' });
  expect((await asReader('SELECT count(*) AS n FROM user_data'))[0]?.n).toBe(59);
});

test('says which property is missing', async () => {
  await expect(run({ Host: undefined })).rejects.toThrow('The property Host is missing');
});
