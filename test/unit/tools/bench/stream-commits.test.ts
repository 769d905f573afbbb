import { S3Client } from '@aws-sdk/client-s3';
import { lag, rowTimes, StreamCommits } from '../../../../tools/bench/stream-commits';
import { startServer } from '../../services/emulator/scripted-server';

const STREAM = 'streaming-bench-pin';
const ZERO = 'shardId-000000000000';
const ONE = 'shardId-000000000001';
/** A number as long as Kinesis' are. */
const BASE = 49_590_338_271_490_256_608_559_692_538_361_571_095_921_575_989_136_588_898n;

/** A commit of the table engine's, as the log has it. */
function commit(shard: string, number: bigint): string {
  const digits = String(number).padStart(72, '0');
  const groups = [0, 1, 2, 3].map((group) => String(BigInt(digits.slice(group * 18, (group + 1) * 18))));
  return [
    '{"commitInfo":{"timestamp":1700000000000,"operation":"WRITE"}}',
    `{"txn":{"appId":"${STREAM}/${shard}","version":7,"lastUpdated":1700000000000}}`,
    ...groups.map((group, index) => `{"txn":{"appId":"${STREAM}/${shard}/${index}","version":${group}}}`),
    `{"txn":{"appId":"${STREAM}/${shard}/replays","version":1}}`,
    '{"add":{"path":"a.parquet","size":10,"stats":"{\\"numRecords\\":3}"}}',
  ].join('\n');
}

test('a record is a row with the first commit of its shard that is as far', () => {
  const advances = [
    { shard: ZERO, number: 10n, at: 2000 },
    { shard: ONE, number: 99n, at: 2500 },
    { shard: ZERO, number: 20n, at: 3000 },
  ];
  const times = (shard: string, ...numbers: bigint[]): unknown =>
    rowTimes(
      numbers.map((number) => ({ shard, number, sentAt: 1000 })),
      advances,
    );
  expect(times(ZERO, 1n, 10n, 11n, 20n, 21n)).toEqual([2000, 2000, 3000, 3000, undefined]);
  expect(times(ONE, 50n)).toEqual([2500]);
  expect(times('shardId-000000000002', 1n)).toEqual([undefined]);
});

test('the lag is the mean number of records on their way', () => {
  // A record every 10 ms for a second; those of the second half take twice as long.
  const spans = Array.from({ length: 101 }, (_, n) => [10 * n, 10 * n + (n < 50 ? 100 : 200)] as const);
  expect(lag(spans, 0.2, 0.4)).toBeCloseTo(10);
  expect(lag(spans, 0.8, 1)).toBeCloseTo(20);
});

test('the log of a table is read once, with all digits of a sequence number', async () => {
  const folder = 'tables/bench_pin_table/_delta_log/';
  const objects = new Map<string, string>([[`${folder}_last_checkpoint`, '{}']]);
  const add = (version: number, text: string): void => {
    objects.set(`${folder}${String(version).padStart(20, '0')}.json`, text);
  };
  const reads: string[] = [];
  const server = await startServer(({ path }, response) => {
    const url = new URL(path, 'http://localhost');
    response.setHeader('content-type', 'application/xml');
    if (url.searchParams.has('list-type')) {
      const after = url.searchParams.get('start-after') ?? '';
      const contents = [...objects.keys()]
        .filter((key) => key > after)
        .sort()
        .map(
          (key) =>
            `<Contents><Key>${key}</Key><LastModified>2026-01-31T12:00:00.250Z</LastModified></Contents>`,
        );
      response.end(`<ListBucketResult>${contents.join('')}</ListBucketResult>`);
      return;
    }
    const key = url.pathname.replace('/bench-bucket/', '');
    reads.push(key.slice(-6, -5));
    response.end(objects.get(key));
  });
  const s3 = new S3Client({
    region: 'us-east-1',
    endpoint: new URL(server.url).origin,
    credentials: { accessKeyId: 'TEST', secretAccessKey: 'test' },
    forcePathStyle: true,
  });
  try {
    const commits = new StreamCommits(s3, 'bench-bucket', 'bench_pin_table', STREAM);
    add(0, commit(ZERO, BASE));
    add(
      1,
      '{"commitInfo":{"operation":"OPTIMIZE"}}\n{"add":{"path":"b.parquet","stats":"{\\"numRecords\\":9}"}}',
    );
    await commits.read();
    add(2, commit(ONE, BASE + 1n));
    await commits.read();
    const at = Date.parse('2026-01-31T12:00:00.250Z');
    expect(commits.advances).toEqual([
      { shard: ZERO, number: BASE, at },
      { shard: ONE, number: BASE + 1n, at },
    ]);
    expect(commits.appended).toEqual([3, 3]);
    expect(reads).toEqual(['0', '1', '2']);
  } finally {
    s3.destroy();
    await server.close();
  }
});
