import { S3Client } from '@aws-sdk/client-s3';
import { numbersIn, secondsToRow, StreamCommits } from '../../../../tools/bench/stream-commits';
import { startServer, type ScriptedServer } from '../../services/emulator/scripted-server';

const STREAM = 'streaming-bench-pin';
const ZERO = 'shardId-000000000000';
const ONE = 'shardId-000000000001';
/** A number as long as Kinesis' are. */
const BASE = 49_590_338_271_490_256_608_559_692_538_361_571_095_921_575_989_136_588_898n;

/** A commit of the table engine's, as the log has it. */
function commit(shard: string, number: bigint): string {
  const digits = String(number).padStart(72, '0');
  const groups = [0, 1, 2, 3].map((group) =>
    digits.slice(group * 18, (group + 1) * 18).replace(/^0+(?=\d)/, ''),
  );
  return [
    '{"commitInfo":{"timestamp":1700000000000,"operation":"WRITE"}}',
    `{"txn":{"appId":"${STREAM}/${shard}","version":7,"lastUpdated":1700000000000}}`,
    ...groups.map((group, index) => `{"txn":{"appId":"${STREAM}/${shard}/${index}","version":${group}}}`),
    `{"txn":{"appId":"${STREAM}/${shard}/replays","version":1}}`,
    '{"add":{"path":"a.parquet","size":10,"stats":"{\\"numRecords\\":3}"}}',
  ].join('\n');
}

const COMPACTION = '{"commitInfo":{"operation":"OPTIMIZE"}}\n{"remove":{"path":"a.parquet"}}';

test('all digits of a sequence number are read', () => {
  expect(numbersIn(commit(ONE, BASE), STREAM)).toEqual(new Map([[ONE, BASE]]));
  expect(numbersIn(commit(ONE, BASE), 'streaming-bench-geo')).toEqual(new Map());
  expect(numbersIn(COMPACTION, STREAM)).toEqual(new Map());
});

test('a record is a row with the first commit of its shard that is as far', () => {
  const advances = [
    { shard: ZERO, number: 10n, at: 2000 },
    { shard: ONE, number: 99n, at: 2500 },
    { shard: ZERO, number: 20n, at: 3000 },
    { shard: ZERO, number: 30n, at: 4000 },
  ];
  const seconds = (shard: string, number: bigint): number[] =>
    secondsToRow([{ shard, number, sentAt: 1000 }], advances);
  expect([1n, 10n, 11n, 20n, 21n, 30n].map((number) => seconds(ZERO, number))).toEqual(
    [1, 1, 2, 2, 3, 3].map((one) => [one]),
  );
  expect(seconds(ONE, 50n)).toEqual([1.5]);
  expect([seconds(ZERO, 31n), seconds('shardId-000000000002', 1n)]).toEqual([[], []]);
});

describe('the log of a table', () => {
  const FOLDER = 'tables/bench_pin_table/_delta_log/';
  /** Objects by key; the reads of them are counted. */
  const objects = new Map<string, string>();
  let reads: string[] = [];
  let server: ScriptedServer;
  let s3: S3Client;

  const add = (version: number, text: string): void => {
    objects.set(`${FOLDER}${String(version).padStart(20, '0')}.json`, text);
  };

  beforeAll(async () => {
    server = await startServer(({ path }, response) => {
      const url = new URL(path, 'http://localhost');
      response.setHeader('content-type', 'application/xml');
      if (url.searchParams.get('list-type') === '2') {
        const after = url.searchParams.get('start-after') ?? '';
        const found = [...objects.keys()].filter((key) => key > after);
        const contents = found.map((key) => {
          const second = String(Number(/(\d+)\.json$/.exec(key)?.[1] ?? 59)).padStart(2, '0');
          return `<Contents><Key>${key}</Key><LastModified>2026-01-31T12:00:${second}.250Z</LastModified></Contents>`;
        });
        response.end(`<ListBucketResult>${contents.join('')}</ListBucketResult>`);
        return;
      }
      const key = url.pathname.replace('/bench-bucket/', '');
      reads.push(key.slice(-6, -5));
      response.end(objects.get(key));
    });
    s3 = new S3Client({
      region: 'us-east-1',
      endpoint: new URL(server.url).origin,
      credentials: { accessKeyId: 'TEST', secretAccessKey: 'test' },
      forcePathStyle: true,
    });
  });

  afterAll(async () => {
    s3.destroy();
    await server.close();
  });

  test('the newest commits tell how far each shard is; all since the start tell when', async () => {
    const commits = new StreamCommits(s3, 'bench-bucket', 'bench_pin_table', STREAM);
    add(0, commit(ZERO, BASE));
    objects.set(`${FOLDER}_last_checkpoint`, '{}');
    await commits.start();
    const shards = new Set([ZERO, ONE]);
    expect(await commits.committed(shards)).toEqual(new Map());

    add(1, commit(ZERO, BASE + 1n));
    add(2, commit(ZERO, BASE + 2n));
    add(3, commit(ONE, BASE + 3n));
    add(4, COMPACTION);
    expect(await commits.committed(shards)).toEqual(
      new Map([
        [ZERO, BASE + 2n],
        [ONE, BASE + 3n],
      ]),
    );
    expect(reads).toEqual(['4', '3', '2']);

    reads = [];
    add(5, commit(ONE, BASE + 9n));
    expect(await commits.committed(shards)).toEqual(
      new Map([
        [ZERO, BASE + 2n],
        [ONE, BASE + 9n],
      ]),
    );
    expect(reads).toEqual(['5']);

    const at = (second: number): number => Date.parse(`2026-01-31T12:00:0${second}.250Z`);
    expect(await commits.advances()).toEqual([
      { shard: ZERO, number: BASE + 1n, at: at(1) },
      { shard: ZERO, number: BASE + 2n, at: at(2) },
      { shard: ONE, number: BASE + 3n, at: at(3) },
      { shard: ONE, number: BASE + 9n, at: at(5) },
    ]);
  });
});
