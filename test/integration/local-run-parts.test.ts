/** Every part of the local run, really started: what it keeps, who can reach it, and how it stops. */
import { ODD_FOLDER, ODD_NAME, removeOddFolder } from './support/odd-folder';
import { execFileSync } from 'node:child_process';
import {
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  readlinkSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { CreateBucketCommand, GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import {
  CreateSecretCommand,
  GetSecretValueCommand,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import { createConnection, type RowDataPacket } from 'mysql2/promise';
import { createKafka } from '../../services/kafka-client';
import { ensureParts } from '../../tools/local-run/install';
import { startKafka } from '../../tools/local-run/parts/kafka';
import { startKafkaConnect } from '../../tools/local-run/parts/kafka-connect';
import { dropDatabaseUser, setDatabaseUser, startMariaDb } from '../../tools/local-run/parts/mariadb';
import { startMiniStack } from '../../tools/local-run/parts/ministack';
import type { RunningPart } from '../../tools/local-run/parts/part-process';
import { startRestProxy } from '../../tools/local-run/parts/rest-proxy';
import { isPortFree } from '../../tools/local-run/ports';
import { tail } from '../../tools/processes/log-file';
import { startTime } from '../../tools/processes/identity.cjs';
import { kinesisClient } from './support/kinesis';
import { makeTopics } from './support/make-topics';

const INSTALL_MS = 600_000;
jest.setTimeout(600_000);

let parent: string;
let stateDir: string;
const running: RunningPart[] = [];

/** Notes a part, so that it is stopped whatever happens. */
async function keep<P extends RunningPart>(part: Promise<P>): Promise<P> {
  const started = await part;
  running.push(started);
  return started;
}

beforeAll(async () => {
  await ensureParts();
}, INSTALL_MS);

beforeEach(() => {
  parent = mkdtempSync(path.join(ODD_FOLDER, 'test-'));
  stateDir = path.join(parent, ODD_NAME);
  mkdirSync(stateDir);
});

afterEach(async () => {
  await Promise.all(running.splice(0).map((part) => part.stop()));
  expect(readdirSync(parent)).toEqual([ODD_NAME]); // Nothing is written next to it.
  rmSync(parent, { recursive: true, force: true });
});

afterAll(removeOddFolder);

/** The ports that a process listens on at addresses other than loopback, by /proc; Linux only. */
function openToOthers(pid: number): string[] {
  if (process.platform !== 'linux') return [];
  const inodes = new Set(
    readdirSync(`/proc/${pid}/fd`).map((fd) => {
      try {
        return /^socket:\[(\d+)\]/.exec(readlinkSync(`/proc/${pid}/fd/${fd}`))?.[1];
      } catch {
        return undefined; // It was closed meanwhile.
      }
    }),
  );
  return ['tcp', 'tcp6'].flatMap((family) =>
    readFileSync(`/proc/${pid}/net/${family}`, 'utf8')
      .split('\n')
      .slice(1)
      .map((line) => line.trim().split(/\s+/))
      .filter(([, local, , state, , , , , , inode]) => {
        const loopback = /^(0100007F|0{24}0100007F|0{16}FFFF00000100007F|0{24}01000000):/.test(local ?? '');
        return state === '0A' && inodes.has(inode) && !loopback;
      })
      .map(([, local]) => local ?? ''),
  );
}

describe('the installation', () => {
  test('takes milliseconds when everything is there', async () => {
    const lines: string[] = [];
    await ensureParts((line) => lines.push(line));
    expect(lines).toEqual([]);
  });
});

describe('Kafka', () => {
  test('keeps its topics over kill -9, creates none by itself and is on loopback only', async () => {
    const first = await keep(startKafka({ stateDir }));
    const client = (bootstrapServers: string) =>
      createKafka({ clientId: 'test', bootstrapServers: [bootstrapServers] }).admin();
    let admin = client(first.bootstrapServers);
    await admin.connect();
    await makeTopics(admin, { topic: 'kept', numPartitions: 2 });
    await expect(admin.fetchTopicMetadata({ topics: ['never-made'] })).rejects.toThrow();
    await admin.disconnect();
    expect(openToOthers(first.pid)).toEqual([]);

    first.kill('SIGKILL');
    expect(await first.exited).toEqual({ code: null, signal: 'SIGKILL' });
    const second = await keep(startKafka({ stateDir, ports: first.ports }));
    admin = client(second.bootstrapServers);
    await admin.connect();
    const topics = await admin.listTopics();
    await admin.disconnect();
    expect(topics).toContain('kept');
    expect(topics).not.toContain('never-made');

    await second.stop();
    expect(startTime(second.pid)).toBeUndefined();
    expect(await isPortFree(second.ports.kafka)).toBe(true);
  });

  test('reports what is wrong with its data by the end of its log', async () => {
    const first = await keep(startKafka({ stateDir }));
    await first.stop();
    const meta = path.join(stateDir, 'kafka', 'data', 'meta.properties');
    rmSync(meta);
    rmSync(path.join(stateDir, 'kafka', 'data', '__cluster_metadata-0'), { recursive: true });
    execFileSync('sh', [
      '-c',
      `mkdir -p "$0" && printf 'cluster.id=x\\nnode.id=9\\nversion=1\\n' > "$1"`,
      path.dirname(meta),
      meta,
    ]);
    await expect(startKafka({ stateDir })).rejects.toThrow(/kafka ended at its start.*node/s);
  });
});

describe('Kafka Connect and the REST proxy', () => {
  test('start on the broker, load our plugin, are on loopback only, and stop in order', async () => {
    const kafka = await keep(startKafka({ stateDir }));
    const { bootstrapServers } = kafka;
    const [connect, proxy] = await Promise.all([
      keep(startKafkaConnect({ stateDir, bootstrapServers })),
      keep(startRestProxy({ stateDir, bootstrapServers })),
    ]);
    const plugins = (await (await fetch(`${connect.url}/connector-plugins`)).json()) as { class: string }[];
    expect(plugins.map((plugin) => plugin.class)).toContain(
      'io.github.pinterestpipeline.s3sink.S3SinkConnector',
    );
    expect((await fetch(`${proxy.url}/topics`)).status).toBe(200);
    expect([connect, proxy].flatMap(({ pid }) => openToOthers(pid))).toEqual([]);
    await Promise.all([connect.stop(), proxy.stop()]);
    expect([connect, proxy].map(({ pid }) => startTime(pid))).toEqual([undefined, undefined]);
    const { signal } = await connect.exited;
    expect(signal === 'SIGKILL' ? tail(connect.logFile, 60) : '').toBe('');
    expect((await proxy.exited).code).toBe(0);
  });
});

describe('MariaDB', () => {
  const user = { database: 'source_data', username: "o'hara", password: 'p\'\\w"`;--' };

  async function connect(port: number, password = user.password) {
    return createConnection({
      host: '127.0.0.1',
      port,
      user: user.username,
      password,
      database: user.database,
    });
  }

  test('gives rights as asked for, resets passwords, and keeps its data over kill -9', async () => {
    const first = await keep(startMariaDb({ stateDir }));
    await setDatabaseUser(first, { ...user, access: 'all' });
    const owner = await connect(first.ports.mariadb);
    await owner.query('CREATE TABLE t (n INT)');
    await owner.query('INSERT INTO t VALUES (42)');
    await expect(owner.query('CREATE DATABASE other')).rejects.toMatchObject({
      code: 'ER_DBACCESS_DENIED_ERROR',
    });
    await owner.end();
    expect(openToOthers(first.pid)).toEqual([]);

    first.kill('SIGKILL');
    await first.exited;
    const second = await keep(startMariaDb({ stateDir, ports: first.ports }));
    await setDatabaseUser(second, { ...user, password: 'another', access: 'read' });
    await expect(connect(second.ports.mariadb)).rejects.toMatchObject({ code: 'ER_ACCESS_DENIED_ERROR' });
    const reader = await connect(second.ports.mariadb, 'another');
    const [rows] = await reader.query<RowDataPacket[]>('SELECT n FROM t');
    expect(rows).toEqual([{ n: 42 }]);
    await expect(reader.query('INSERT INTO t VALUES (1)')).rejects.toMatchObject({
      code: 'ER_TABLEACCESS_DENIED_ERROR',
    });
    await reader.end();
    await dropDatabaseUser(second, user.username);
    await expect(connect(second.ports.mariadb, 'another')).rejects.toMatchObject({
      code: 'ER_HOST_NOT_PRIVILEGED', // No user is left who may come by TCP.
    });
  });

  test('lets root in by the socket only', async () => {
    const server = await keep(startMariaDb({ stateDir }));
    for (const password of ['', 'root']) {
      await expect(
        createConnection({ host: '127.0.0.1', port: server.ports.mariadb, user: 'root', password }),
      ).rejects.toThrow();
    }
  });

  test('starts in a folder whose path is too long for a socket', async () => {
    const deep = path.join(stateDir, 'x'.repeat(120));
    const server = await keep(startMariaDb({ stateDir: deep }));
    expect(server.socket.length).toBeGreaterThan(120);
    await setDatabaseUser(server, { ...user, access: 'read' });
  });

  test('makes its data again when that was interrupted', async () => {
    const interrupt = new AbortController();
    setTimeout(() => {
      interrupt.abort(new Error('Ctrl-C'));
    }, 300);
    await expect(startMariaDb({ stateDir, signal: interrupt.signal })).rejects.toThrow('Ctrl-C');
    const server = await keep(startMariaDb({ stateDir }));
    await setDatabaseUser(server, { ...user, access: 'read' });
  });
});

describe('MiniStack', () => {
  const credentials = { accessKeyId: 'LOCALTEST', secretAccessKey: 'local' };

  test('keeps objects and streams at once and what was deployed when asked to, over kill -9', async () => {
    process.env.AWS_SECRET_ACCESS_KEY = 'the-real-one';
    const first = await keep(startMiniStack({ stateDir }));
    delete process.env.AWS_SECRET_ACCESS_KEY;
    if (process.platform === 'linux')
      expect(readFileSync(`/proc/${first.pid}/environ`, 'utf8')).not.toContain('the-real-one');
    const config = { endpoint: first.url, region: 'us-east-1', credentials };
    const s3 = new S3Client({ ...config, forcePathStyle: true });
    const secrets = new SecretsManagerClient(config);
    await s3.send(new CreateBucketCommand({ Bucket: 'bucket' }));
    await secrets.send(new CreateSecretCommand({ Name: 'secret', SecretString: 'kept' }));
    await first.saveState();
    await s3.send(new PutObjectCommand({ Bucket: 'bucket', Key: 'a/b', Body: 'later' }));
    const kinesis = kinesisClient(first.url, credentials.accessKeyId);
    await kinesis.call('CreateStream', { StreamName: 'stream', ShardCount: 2 });
    const keys = Array.from({ length: 500 }, (_, n) => String(n));
    const Records = keys.map((PartitionKey) => ({ PartitionKey, Data: 'YQ==' }));
    expect(await kinesis.call('PutRecords', { StreamName: 'stream', Records })).toMatchObject({
      FailedRecordCount: 0,
    });
    expect(openToOthers(first.pid)).toEqual([]);

    first.kill('SIGKILL');
    await first.exited;
    await keep(startMiniStack({ stateDir, ports: first.ports }));
    const stored = await kinesis.records('stream');
    expect(stored.map(({ PartitionKey }) => PartitionKey).sort()).toEqual(keys.sort());
    const secret = await secrets.send(new GetSecretValueCommand({ SecretId: 'secret' }));
    expect(secret.SecretString).toBe('kept');
    const object = await s3.send(new GetObjectCommand({ Bucket: 'bucket', Key: 'a/b' }));
    expect(await object.Body?.transformToString()).toBe('later');
    s3.destroy();
    secrets.destroy();
  });

  test.each(['services.json', 'kinesis.journal'])(
    'does not start without its %s, and leaves it',
    async (name) => {
      const state = path.join(stateDir, 'ministack', 'state');
      mkdirSync(state, { recursive: true });
      const file = path.join(state, name);
      writeFileSync(file, '{"cut off\n');
      await expect(startMiniStack({ stateDir })).rejects.toThrow(
        new RegExp(
          `ministack ended at its start with exit code 1\\.[^]*${file}.*(npm run reset|Delete the file)`,
        ),
      );
      expect(readFileSync(file, 'utf8')).toBe('{"cut off\n');
    },
  );
});
