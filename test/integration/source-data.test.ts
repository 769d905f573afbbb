/** The seeder and the source reader on a real MariaDB server, with tables that break the contract and a server that dies. */
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect, createServer, type AddressInfo } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { createConnection, type Connection, type RowDataPacket } from 'mysql2/promise';
import { FEEDS, FEED_NAMES } from '../../services/contract';
import { ensureParts } from '../../tools/local-run/install';
import { setDatabaseUser, startMariaDb, type RunningMariaDb } from '../../tools/local-run/parts/mariadb';
import { connectionOptions, type DatabaseSecret } from '../../services/source/connection';
import { PostGenerator } from '../../services/source/generator';
import { seedDatabase } from '../../services/source/seeder';
import { openSource, type SourceReader, type SourceRowNumbers } from '../../services/source/source-reader';

jest.setTimeout(300_000);

const stateDir = mkdtempSync(join(tmpdir(), 'source-data-'));
let server: RunningMariaDb;
let ports: RunningMariaDb['ports'] | undefined;

/** Starts the server on the port it had, and gives all sessions a time zone other than UTC. */
async function startServer(): Promise<void> {
  server = await startMariaDb({ stateDir, ports });
  ({ ports } = server);
  const root = await createConnection({ socketPath: server.socket, user: userInfo().username });
  await root.query("SET GLOBAL time_zone = '+05:30'");
  await root.end();
}

beforeAll(async () => {
  // Neither the process's zone nor the server's may show in a date.
  process.env.TZ = 'Pacific/Auckland';
  await ensureParts(undefined, { only: ['mariadb'] });
  await startServer();
});

afterAll(async () => {
  await server.stop();
  rmSync(stateDir, { recursive: true, force: true });
});

/** A database, empty when it is new, with a user of its own. */
async function newDatabase(dbname: string): Promise<DatabaseSecret> {
  const username = `user_${dbname}`;
  await setDatabaseUser(server, { database: dbname, username, password: 'pass', access: 'all' });
  return { host: '127.0.0.1', port: server.ports.mariadb, username, password: 'pass', dbname };
}

async function withConnection<T>(
  database: DatabaseSecret,
  use: (connection: Connection) => Promise<T>,
): Promise<T> {
  const connection = await createConnection(connectionOptions(database));
  try {
    return await use(connection);
  } finally {
    await connection.end();
  }
}

function run(database: DatabaseSecret, ...statements: string[]): Promise<void> {
  return withConnection(database, async (connection) => {
    for (const statement of statements) await connection.query(statement);
  });
}

/** The tables' checksums, which change with any byte. */
function checksums(database: DatabaseSecret): Promise<unknown> {
  return withConnection(database, async (connection) => {
    const tables = FEED_NAMES.map((feed) => FEEDS[feed].sourceTable);
    const [rows] = await connection.query<RowDataPacket[]>(`CHECKSUM TABLE ${tables.join(', ')}`);
    return rows.map((row): unknown => row.Checksum);
  });
}

async function withSource<T>(
  database: DatabaseSecret,
  use: (source: SourceReader) => Promise<T>,
): Promise<T> {
  const source = openSource(database);
  try {
    return await use(source);
  } finally {
    await source.close();
  }
}

function readRowNumbers(database: DatabaseSecret): Promise<SourceRowNumbers> {
  return withSource(database, (source) => source.rowNumbers());
}

describe('seeding', () => {
  test('writes every post; twice changes nothing; more adds; fewer deletes nothing', async () => {
    const database = await newDatabase('whole');
    const progress: [number, number][] = [];
    const first = await seedDatabase({ database, posts: 5000, onProgress: (...step) => progress.push(step) });
    expect(first).toMatchObject({ seed: 100, posts: 5000, present: 5000, inserted: 5000, complete: true });
    expect(progress.at(-1)).toEqual([5000, 5000]);
    const before = await checksums(database);

    expect(await seedDatabase({ database, posts: 5000 })).toMatchObject({ present: 5000, inserted: 0 });
    const fewer = await seedDatabase({ database, posts: 10 });
    expect(fewer).toMatchObject({ posts: 10, present: 5000, inserted: 0, complete: true });
    expect(fewer.note).toMatch('nothing was deleted');
    expect(await checksums(database)).toEqual(before);

    expect(await seedDatabase({ database, posts: 5001 })).toMatchObject({ present: 5001, inserted: 1 });
    const whole = await newDatabase('whole_at_once');
    await seedDatabase({ database: whole, posts: 5001 });
    expect(await checksums(database)).toEqual(await checksums(whole));
    expect(before).not.toEqual(await checksums(whole));
  });

  test('what is read is what was generated, byte for byte', async () => {
    const database = await newDatabase('whole');
    const generator = new PostGenerator(100);
    await withSource(database, async (source) => {
      const { rowNumbers, warnings } = await source.rowNumbers();
      expect(warnings).toEqual([]);
      expect([...rowNumbers]).toEqual(Array.from({ length: 5001 }, (_, n) => n));
      for (let from = 0; from < 5001; from += 500) {
        const some = [...rowNumbers.slice(from, from + 500)];
        const posts = await source.read(some);
        expect(posts.map(({ rows }) => JSON.stringify(rows))).toEqual(
          some.map((n) => JSON.stringify(generator.post(n))),
        );
      }
    });
  });

  test('stopped by its signal it continues to the same bytes', async () => {
    const database = await newDatabase('stopped');
    const controller = new AbortController();
    const stopped = await seedDatabase({
      database,
      posts: 5001,
      signal: controller.signal,
      onProgress: () => {
        controller.abort();
      },
    });
    expect(stopped.complete).toBe(false);
    expect(stopped.present).toBeLessThan(5001);
    expect(stopped.note).toMatch(/Stopped at \d+ of 5001 posts/);
    expect(await seedDatabase({ database, posts: 5001 })).toMatchObject({
      present: 5001,
      inserted: 5001 - stopped.present,
    });
    expect(await checksums(database)).toEqual(await checksums(await newDatabase('whole')));
  });

  test('after the server was killed in the middle it continues to the same bytes', async () => {
    const database = await newDatabase('killed');
    const seeding = seedDatabase({
      database,
      posts: 5001,
      onProgress: () => {
        server.kill('SIGKILL');
      },
    });
    await expect(seeding).rejects.toThrow();
    await server.exited;
    await expect(seedDatabase({ database, posts: 5001 })).rejects.toThrow(
      /The source database 127\.0\.0\.1:\d+\/killed cannot be reached as user_killed: .*ECONNREFUSED.*Check that the server runs/,
    );
    await startServer();
    expect(await seedDatabase({ database, posts: 5001 })).toMatchObject({ present: 5001, complete: true });
    expect(await checksums(database)).toEqual(await checksums(await newDatabase('whole')));
  });

  test('two seedings at once write each post once', async () => {
    const database = await newDatabase('twice');
    const reports = await Promise.all([1, 2].map(() => seedDatabase({ database, posts: 3000 })));
    expect(reports.map(({ inserted }) => inserted).sort((a, b) => a - b)).toEqual([0, 3000]);
  });

  test('another seed, and rows of other origin, are refused', async () => {
    const database = await newDatabase('whole');
    await expect(seedDatabase({ database, posts: 10, seed: 7 })).rejects.toThrow(
      /filled with seed 100 .*, not with seed 7 .*: use seed 100/,
    );
    const own = await newDatabase('own_rows');
    await run(own, 'CREATE TABLE user_data (ind INT)', 'INSERT INTO user_data VALUES (1)');
    await expect(seedDatabase({ database: own, posts: 10 })).rejects.toThrow(
      'The table user_data in the database own_rows has rows that the seeder did not write',
    );
    const extra = await newDatabase('extra_row');
    await seedDatabase({ database: extra, posts: 10 });
    await run(extra, "INSERT INTO geolocation_data VALUES (15, '2020-01-01', 1, 2, 'Fiji')");
    await expect(seedDatabase({ database: extra, posts: 20 })).rejects.toThrow(
      /A row up to number 19 already exists .*Duplicate entry '15'/,
    );
    expect([...(await readRowNumbers(extra)).rowNumbers]).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 15]);
  });

  test.each([0, -1, 1.5, NaN, 2 ** 31])(
    '%p posts are refused before anything is connected',
    async (posts) => {
      const database = { host: '127.0.0.1', port: 1, username: 'u', password: 'p', dbname: 'd' };
      await expect(seedDatabase({ database, posts })).rejects.toThrow(
        /posts cannot be seeded: expected an integer/,
      );
    },
  );

  test('a wrong password is told without showing it', async () => {
    const database = { ...(await newDatabase('whole')), password: 'wrong-secret' };
    const seeding = seedDatabase({ database, posts: 1 });
    await expect(seeding).rejects.toThrow(/Access denied/);
    await expect(seeding).rejects.not.toThrow(/wrong-secret/);
  });
});

describe('reading tables that break the contract', () => {
  test('a missing row, values out of range, null and zero dates are passed on as they are', async () => {
    const database = await newDatabase('broken');
    await seedDatabase({ database, posts: 5 });
    await run(
      database,
      "SET sql_mode = ''",
      'DELETE FROM geolocation_data WHERE ind = 1',
      'UPDATE geolocation_data SET latitude = 95 WHERE ind = 2',
      'UPDATE user_data SET age = NULL WHERE ind = 3',
      "UPDATE user_data SET date_joined = '0000-00-00 00:00:00' WHERE ind = 4",
      "INSERT INTO user_data VALUES (-7, 'Only', 'User', 20, '2016-02-29 23:59:59')",
    );
    await withSource(database, async (source) => {
      const { rowNumbers, warnings } = await source.rowNumbers();
      expect([...rowNumbers]).toEqual([-7, 0, 1, 2, 3, 4]);
      expect(warnings).toEqual([
        'pinterest_data: 1 post(s) have no row here and are sent without it.',
        'geolocation_data: 2 post(s) have no row here and are sent without it.',
      ]);
      const posts = await source.read([-7, 1, 2, 3, 4, 99]);
      expect(posts.map(({ rows }) => Object.keys(rows).join())).toEqual([
        'user',
        'pin,user',
        'pin,geo,user',
        'pin,geo,user',
        'pin,geo,user',
        '',
      ]);
      expect(posts[0]?.rows.user).toEqual({
        ind: -7,
        first_name: 'Only',
        last_name: 'User',
        age: 20,
        date_joined: '2016-02-29T23:59:59',
      });
      expect(posts[2]?.rows.geo?.latitude).toBe(95);
      expect(posts[3]?.rows.user?.age).toBeNull();
      expect(posts[4]?.rows.user?.date_joined).toBe('0000-00-00T00:00:00');
    });
  });

  test('tables of the user’s own: no key, other types, double, null and huge row numbers', async () => {
    const database = await newDatabase('own_tables');
    await run(
      database,
      "SET time_zone = '+00:00'",
      'CREATE TABLE pinterest_data (`index` BIGINT, unique_id VARCHAR(40), title LONGTEXT, description TEXT, poster_name TEXT, follower_count BIGINT, tag_list JSON, is_image_or_video VARCHAR(9), image_src TEXT, downloaded BIT(1), save_location TEXT, category VARCHAR(99), more INT)',
      'CREATE TABLE geolocation_data (ind VARCHAR(20), timestamp TIMESTAMP(3) NULL, latitude DECIMAL(9,6), longitude FLOAT, country TEXT)',
      'CREATE TABLE user_data (ind INT, first_name TEXT, last_name TEXT, age TINYINT, date_joined DATE)',
      `INSERT INTO pinterest_data VALUES (1, 'b', 'second', '', '', 9007199254740993, '["a"]', '', '', b'1', '', 'art', 5),
       (1, 'a', 'first', '', '', 7, NULL, '', '', b'0', '', 'art', 5), (NULL, 'c', '', '', '', 0, '1', '', '', b'0', '', '', 0),
       (9223372036854775807, 'd', '', '', '', 0, '1', '', '', b'0', '', '', 0), (4000000000, 'e', '', '', '', 0, '1', '', '', b'0', '', '', 0)`,
      "INSERT INTO geolocation_data VALUES ('1', '2018-03-28 08:15:15.120', 40.712800, 1.5, 'Fiji'), ('x', NULL, 0, 0, ''), ('', NULL, 0, 0, '')",
      "INSERT INTO user_data VALUES (1, 'A', 'B', 30, '2016-02-29')",
    );
    await withSource(database, async (source) => {
      const { rowNumbers, warnings } = await source.rowNumbers();
      expect([...rowNumbers]).toEqual([1, 4000000000]);
      expect(warnings).toEqual([
        'pinterest_data: the column index has no index, so every read scans the whole table.',
        'geolocation_data: the column ind has no index, so every read scans the whole table.',
        'user_data: the column ind has no index, so every read scans the whole table.',
        expect.stringMatching(
          /^pinterest_data: 2 row\(s\) have no usable row number in index \(for example null; /,
        ),
        'pinterest_data: 1 row(s) repeat the row number of another; one of each is sent.',
        expect.stringMatching(
          /^geolocation_data: 2 row\(s\) have no usable row number in ind \(for example "x"; /,
        ),
        'geolocation_data: 1 post(s) have no row here and are sent without it.',
        'user_data: 1 post(s) have no row here and are sent without it.',
      ]);
      const [post] = await source.read([1, 4000000000]);
      expect(JSON.stringify(post?.rows)).toBe(
        '{"pin":{"index":1,"unique_id":"a","title":"first","description":"","poster_name":"","follower_count":7,"tag_list":null,"is_image_or_video":"","image_src":"","downloaded":0,"save_location":"","category":"art"},' +
          '"geo":{"ind":1,"timestamp":"2018-03-28T08:15:15.12","latitude":40.7128,"longitude":1.5,"country":"Fiji"},' +
          '"user":{"ind":1,"first_name":"A","last_name":"B","age":30,"date_joined":"2016-02-29T00:00:00"}}',
      );
    });
  });

  test('columns whose names differ in case are the same columns', async () => {
    const database = await newDatabase('other_case');
    const other = (name: string): string => `\`${name[0]?.toUpperCase()}${name.slice(1)}\``;
    await seedDatabase({ database, posts: 3 });
    await run(
      database,
      ...FEED_NAMES.flatMap((feed) =>
        FEEDS[feed].source.map(
          ({ name }) => `ALTER TABLE ${FEEDS[feed].sourceTable} RENAME COLUMN \`${name}\` TO ${other(name)}`,
        ),
      ),
    );
    await withSource(database, async (source) => {
      const { rowNumbers, warnings } = await source.rowNumbers();
      expect([[...rowNumbers], warnings]).toEqual([[0, 1, 2], []]);
      const posts = await source.read([0, 1, 2]);
      expect(posts.map(({ rows }) => rows)).toEqual([0, 1, 2].map((n) => new PostGenerator(100).post(n)));
    });
  });

  test('empty tables have no posts; missing tables and columns are told all at once', async () => {
    const empty = await newDatabase('nothing');
    await expect(readRowNumbers(empty)).rejects.toThrow(
      'The source database nothing cannot be used: there is no table pinterest_data; there is no table geolocation_data; there is no table user_data.',
    );
    await seedDatabase({ database: empty, posts: 1 });
    await run(empty, ...FEED_NAMES.map((feed) => `DELETE FROM ${FEEDS[feed].sourceTable}`));
    expect(await readRowNumbers(empty)).toEqual({ rowNumbers: new Float64Array(0), warnings: [] });
    await run(
      empty,
      'ALTER TABLE user_data DROP COLUMN age, DROP COLUMN last_name',
      'DROP TABLE geolocation_data',
    );
    await expect(readRowNumbers(empty)).rejects.toThrow(
      'there is no table geolocation_data; the table user_data has no column last_name, age.',
    );
  });

  test('a server that is killed and comes back is waited for', async () => {
    const database = await newDatabase('whole');
    await withSource(database, async (source) => {
      await source.read([1]);
      server.kill('SIGKILL');
      await server.exited;
      const reading = source.read([7, 3, 7]);
      await startServer();
      expect((await reading).map(({ rows }) => rows.pin?.index)).toEqual([7, 3, 7]);
    });
  });

  test.each([
    ['are lost', 'destroy'],
    ['fall silent', 'pause'],
  ] as const)('connections that %s before their first read are replaced', async (_, end) => {
    const database = await newDatabase('whole');
    let connections = 0;
    let ended = 0;
    // Ends the second and the third connection when they say their first words after the handshake.
    const relay = createServer((client) => {
      const number = (connections += 1);
      const behind = connect(database.port, '127.0.0.1');
      client.on('data', (words) => {
        if ((number === 2 || number === 3) && words.includes('SET time_zone')) {
          ended += 1;
          client[end]();
        } else behind.write(words);
      });
      behind.pipe(client);
      for (const socket of [client, behind]) socket.on('error', () => undefined);
      client.on('close', () => behind.destroy());
      behind.on('close', () => client.destroy());
    });
    relay.listen(0, '127.0.0.1');
    await once(relay, 'listening');
    const { port } = relay.address() as AddressInfo;
    const source = openSource({ ...database, port }, 1_000);
    try {
      const { rowNumbers } = await source.rowNumbers();
      expect(rowNumbers).toEqual((await readRowNumbers(database)).rowNumbers);
      expect(ended).toBe(2);
    } finally {
      await source.close();
      relay.close();
    }
  });

  test('a server that stays away is told', async () => {
    const nobody = { host: '127.0.0.1', port: 1, username: 'u', password: 'hush', dbname: 'd' };
    const reading = readRowNumbers(nobody);
    await expect(reading).rejects.toThrow(
      /Reading the source database 127\.0\.0\.1:1\/d as u failed: .*ECONNREFUSED/,
    );
    await expect(reading).rejects.not.toThrow(/hush/);
  });
});
