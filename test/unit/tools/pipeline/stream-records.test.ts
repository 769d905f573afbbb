import { streamRecords } from '../../../../tools/pipeline/stream-records';
import { ScriptedAws, type AwsAnswer } from '../deployed-stage/scripted-aws';

const FROM = new Date('2026-01-31T12:00:00Z');
const TO = new Date('2026-01-31T13:00:00Z');

let aws: ScriptedAws;
beforeEach(async () => {
  aws = await ScriptedAws.start();
  aws.answers.set('ListShards', json({ Shards: [{ ShardId: 'shardId-0' }] }));
  aws.answers.set('GetShardIterator', json({ ShardIterator: 'here' }));
});
afterEach(() => aws.stop());

const json = (document: object): AwsAnswer => ({ body: JSON.stringify(document) });

/** The pages of the one shard, then nothing new; of each record its number and how many minutes after FROM it arrived. */
function pages(...given: readonly (readonly (readonly [number: number, minute: number])[])[]): void {
  const page = (records: (typeof given)[number]): AwsAnswer =>
    json({
      Records: records.map(([number, minute]) => ({
        SequenceNumber: String(number),
        ApproximateArrivalTimestamp: FROM.getTime() / 1000 + minute * 60,
        Data: 'eA==',
        PartitionKey: '1',
      })),
      NextShardIterator: 'next',
      MillisBehindLatest: 0,
    });
  aws.answers.set('GetRecords', [...given.map(page), page([])]);
}

async function numbers(): Promise<string[]> {
  const found: string[] = [];
  for await (const record of streamRecords(aws.stage().aws, 'stream', FROM, TO)) {
    found.push(record.sequence_number);
  }
  return found;
}

const requestsOfRecords = (): number =>
  aws.requests.filter(({ operation }) => operation === 'GetRecords').length;

test('records are those that arrived in the time, in whatever order they did', async () => {
  pages(
    [
      [1, 0],
      [2, -1],
      [3, 59],
      [4, 61],
    ],
    [
      [5, 60],
      [6, 64],
      [7, 58],
    ],
  );
  expect(await numbers()).toEqual(['1', '3', '5', '7']);
});

test('a record far after the time ends the shard', async () => {
  pages([[1, 30]], [[2, 66]], [[3, 70]]);
  expect(await numbers()).toEqual(['1']);
  expect(requestsOfRecords()).toBe(2);
});
