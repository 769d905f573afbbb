import type { ServerResponse } from 'node:http';
import * as fc from 'fast-check';
import type { FeedRecord } from '../../../../services/emulator/records';
import {
  RECORD_BYTES,
  sequencesByShard,
  streamDestination,
  type StreamPlace,
  type StreamRoute,
} from '../../../../services/emulator/stream-destination';
import { sendTo, type SendOptions } from './ports';
import { answer } from './scripted-server';
import {
  THROTTLED,
  putSome,
  startScriptedStreams,
  type ScriptedStreams,
  type StreamScript,
} from './scripted-streams';

const STREAM = 'streaming-p-pin';
const recordsUpTo = (count: number): FeedRecord[] =>
  Array.from({ length: count }, (_, key) => ({ key, value: `{"text":"ü \\"${key}\\""}` }));
const four = recordsUpTo(4);

interface Options extends SendOptions {
  readonly records?: readonly FeedRecord[];
  readonly route?: StreamRoute;
}

const send = async (
  script: StreamScript,
  { records = four, route, ...options }: Options = {},
): ReturnType<typeof sendTo<StreamPlace, ScriptedStreams>> =>
  sendTo(await startScriptedStreams(script), streamDestination(STREAM, route), records, options);

const keys = (api: ScriptedStreams): number[] =>
  (api.streams.get(STREAM) ?? []).map(({ partitionKey }) => Number(partitionKey));
/** The places of the stored records, in the stream's order. */
const places = (api: ScriptedStreams): StreamPlace[] =>
  (api.streams.get(STREAM) ?? []).map(({ shard, sequence }) => [shard, sequence]);

test('one request takes all records, each under its row number', async () => {
  const { outcome, api } = await send(() => false);
  expect(outcome).toEqual({
    sent: 4,
    acknowledged: 4,
    failed: 0,
    unsendable: 0,
    retried: 0,
    attempts: 1,
    places: places(api),
    problems: [],
    refused: false,
  });
  const [request] = api.requests;
  expect(request).toMatchObject({ method: 'PUT', path: `/v1/streams/${STREAM}/records` });
  expect(request?.headers['content-type']).toBe('application/json');
  expect(JSON.parse(request?.body ?? '')).toEqual({
    records: [0, 1, 2, 3].map((key) => ({ data: { text: `ü "${key}"` }, 'partition-key': String(key) })),
  });
});

test('by the route record each record is a request in the original’s form', async () => {
  const { outcome, api } = await send(() => false, { route: 'record' });
  expect(outcome).toMatchObject({ acknowledged: 4, attempts: 4, retried: 0, places: places(api) });
  expect(api.requests.map(({ path }) => path)).toEqual(four.map(() => `/v1/streams/${STREAM}/record`));
  expect(api.requests.map(({ body }) => JSON.parse(body) as unknown)).toEqual(
    [0, 1, 2, 3].map((key) => ({
      StreamName: STREAM,
      Data: { text: `ü "${key}"` },
      PartitionKey: String(key),
    })),
  );
});

test('no request has more than 500 records, nor more bytes than the limit', async () => {
  const { outcome, api } = await send(() => false, { records: recordsUpTo(1234) });
  expect(api.requests.map(({ records }) => records.length)).toEqual([500, 500, 234]);
  expect(outcome).toMatchObject({ acknowledged: 1234, attempts: 3 });
  const large = recordsUpTo(12).map(({ key }) => ({ key, value: JSON.stringify('x'.repeat(1_000_000)) }));
  const { api: bySize } = await send(() => false, { records: large });
  expect(bySize.requests.map(({ records }) => records.length)).toEqual([4, 4, 4]);
  expect(Math.max(...bySize.requests.map(({ body }) => body.length))).toBeLessThanOrEqual(5_000_000);
});

/** Every way in which some of four records fail: all but "none". */
const patterns = Array.from({ length: 15 }, (_, n) => n + 1).map((bits) => ({
  failing: [0, 1, 2, 3].filter((index) => ((bits >> index) & 1) === 1),
}));

test.each(patterns)(
  'records $failing fail for now: they alone are sent again, in their order',
  async ({ failing }) => {
    const { outcome, api, clock } = await send((request, response, self) =>
      request.number === 1
        ? answer(
            response,
            200,
            putSome(self, request, (index) => !failing.includes(index)),
          )
        : false,
    );
    const stored = [0, 1, 2, 3].filter((key) => !failing.includes(key));
    expect(outcome).toMatchObject({ acknowledged: 4, failed: 0, retried: failing.length, attempts: 2 });
    expect(outcome.places).toEqual(places(api));
    expect(keys(api)).toEqual([...stored, ...failing]);
    expect(api.requests[1]?.records.map(({ partitionKey }) => Number(partitionKey))).toEqual(failing);
    expect(clock.sleeps).toEqual([200]);
  },
);

test('what fails in every attempt is reported with Kinesis’ message, and the others count', async () => {
  const { outcome, api, clock } = await send((request, response, self) =>
    answer(
      response,
      200,
      putSome(self, request, (index) => request.records[index]?.partitionKey !== '2'),
    ),
  );
  expect(api.requests.map(({ records }) => records.length)).toEqual([4, 1, 1, 1]);
  expect(clock.sleeps).toEqual([200, 400, 800]);
  expect(outcome).toMatchObject({ sent: 4, acknowledged: 3, failed: 1, retried: 1, refused: false });
  expect(outcome.problems).toEqual([
    `${STREAM}: failed after 4 attempts: a record failed with ${THROTTLED.ErrorCode} ${THROTTLED.ErrorMessage}`,
  ]);
});

const entry = (sequence: string): object => ({ SequenceNumber: sequence, ShardId: 'shardId-000000000000' });

test.each<[string, (response: ServerResponse) => unknown]>([
  ['200 with an entry too few', (response) => answer(response, 200, { Records: ['1', '2', '3'].map(entry) })],
  [
    '200 with an entry too many',
    (response) => answer(response, 200, { Records: ['1', '2', '3', '4', '5'].map(entry) }),
  ],
  [
    '200 with one place for two records',
    (response) => answer(response, 200, { Records: ['1', '2', '2', '3'].map(entry) }),
  ],
  ['200 with null entries', (response) => answer(response, 200, { Records: [null, null, null, null] })],
  ['200 with text entries', (response) => answer(response, 200, { Records: ['1', '2', '3', '4'] })],
  [
    '200 with entries that say nothing',
    (response) => answer(response, 200, { FailedRecordCount: 0, Records: [{}, {}, {}, {}] }),
  ],
  [
    '200 with sequence numbers that are none',
    (response) => answer(response, 200, { Records: ['', 'x1', '-1', '1.5'].map(entry) }),
  ],
  [
    '200 with sequence numbers as JSON numbers',
    (response) =>
      answer(response, 200, { Records: [1, 2, 3, 4].map((n) => ({ SequenceNumber: n, ShardId: 's' })) }),
  ],
  [
    '200 without shards',
    (response) =>
      answer(response, 200, {
        Records: ['1', '2', '3', '4'].map((n) => ({ SequenceNumber: n, ShardId: '' })),
      }),
  ],
])('%s: all are sent again with the same bytes', async (_name, fault) => {
  const { outcome, api, clock } = await send((request, response) => {
    if (request.number > 2) return false;
    fault(response);
    return true;
  });
  expect(outcome).toMatchObject({ acknowledged: 4, failed: 0, retried: 4, attempts: 3, problems: [] });
  expect(outcome.places).toEqual(places(api));
  expect(new Set(api.requests.map(({ body }) => body)).size).toBe(1);
  expect(clock.sleeps).toEqual([200, 400]);
});

test('the entries count, not FailedRecordCount', async () => {
  const { outcome } = await send((request, response, self) =>
    request.number === 1
      ? answer(response, 200, { ...putSome(self, request, (index) => index > 0), FailedRecordCount: 0 })
      : false,
  );
  expect(outcome).toMatchObject({ acknowledged: 4, retried: 1, attempts: 2 });
});

test('a refusal is not tried again, nor is what follows sent', async () => {
  const { outcome, api } = await send(
    (_request, response) => answer(response, 403, { message: 'no such thing' }),
    { records: recordsUpTo(501) },
  );
  expect(api.requests).toHaveLength(1);
  expect(outcome).toMatchObject({ acknowledged: 0, failed: 501, refused: true });
  expect(outcome.problems).toEqual([
    `${STREAM}: refused, not retried: the API responded with 403 {"message":"no such thing"}`,
  ]);
});

const ofBytes = (key: number, bytes: number): FeedRecord => ({
  key,
  value: JSON.stringify(
    'é'.repeat((bytes - 3 - (bytes % 2 === 0 ? 1 : 0)) / 2) + (bytes % 2 === 0 ? 'x' : ''),
  ),
});

test.each<StreamRoute>(['records', 'record'])(
  'a record beyond Kinesis’ limit is not sent by the route %s, and fails alone',
  async (route) => {
    const records = [
      ofBytes(0, 100),
      ofBytes(1, RECORD_BYTES),
      ofBytes(2, RECORD_BYTES + 1),
      ofBytes(3, 100),
    ];
    expect(records.map(({ key, value }) => Buffer.byteLength(value) + String(key).length)).toEqual([
      100,
      RECORD_BYTES,
      RECORD_BYTES + 1,
      100,
    ]);
    const { outcome, api } = await send(() => false, { records, route });
    expect(outcome).toMatchObject({ sent: 4, acknowledged: 3, failed: 1, unsendable: 1, refused: false });
    expect(outcome.problems).toEqual([
      `${STREAM}: a record was not sent: row 2 has 1048577 bytes with its partition key, and Kinesis takes at most 1048576 in one record. Shorten its texts in the source.`,
    ]);
    expect(keys(api)).toEqual([0, 1, 3]);
  },
);

test('nothing but records too large: no request at all', async () => {
  const { outcome, api } = await send(() => false, { records: [ofBytes(7, RECORD_BYTES + 1)] });
  expect(outcome).toMatchObject({ sent: 1, acknowledged: 0, failed: 1, attempts: 0 });
  expect(api.requests).toHaveLength(0);
});

test('once aborted what failed is not sent again, and what was stored counts', async () => {
  const controller = new AbortController();
  const { outcome, api } = await send(
    (request, response, self) => {
      controller.abort();
      return answer(
        response,
        200,
        putSome(self, request, (index) => index < 3),
      );
    },
    { signal: controller.signal },
  );
  expect(api.requests).toHaveLength(1);
  expect(outcome).toMatchObject({ acknowledged: 3, failed: 1, attempts: 1 });
  expect(outcome.problems).toEqual([`${STREAM}: stopped before the next attempt.`]);
});

test('sequence numbers are gathered by shard', () => {
  const found = sequencesByShard([
    ['b', '3'],
    ['a', '10'],
    ['b', '4'],
    ['__proto__', '1'],
  ]);
  expect(Object.entries(found)).toEqual([
    ['b', ['3', '4']],
    ['a', ['10']],
    ['__proto__', ['1']],
  ]);
});

/** What the API does with a request; `stored` and `lost` hold for the records at these places, modulo ten. */
type Fault =
  | { readonly kind: 'some'; readonly stored: readonly boolean[] }
  | { readonly kind: 'status'; readonly status: number }
  | { readonly kind: 'malformed'; readonly body: string }
  | { readonly kind: 'lost'; readonly stored: readonly boolean[] };

const bits = fc.array(fc.boolean(), { minLength: 10, maxLength: 10 });
const fault: fc.Arbitrary<Fault> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('some' as const), stored: bits }) },
  fc.record({ kind: fc.constant('status' as const), status: fc.constantFrom(408, 429, 500, 503) }),
  fc.record({
    kind: fc.constant('malformed' as const),
    body: fc.constantFrom(
      ...['', 'OK', 'null', '[]', '{"offsets":[]}', JSON.stringify(THROTTLED), '{"SequenceNumber":"1"}'],
      ...['{"FailedRecordCount":0,"Records":[]}', '{"Records":[{"SequenceNumber":"1"}]}'],
    ),
  }),
  fc.record({ kind: fc.constant('lost' as const), stored: bits }),
);

test.each<StreamRoute>(['records', 'record'])(
  'whatever fails how often, by the route %s every record is acknowledged once, where it is stored',
  async (route) => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 12 }),
        fc.array(fault, { maxLength: 8 }),
        async (count, plan) => {
          let wereLost = 0;
          const { outcome, api } = await send(
            (request, response, self) => {
              const next = plan[self.requests.length - 1];
              if (next === undefined) return false;
              if (next.kind === 'status') return answer(response, next.status, '');
              if (next.kind === 'malformed') return answer(response, 200, next.body);
              const some = putSome(self, request, (index) => next.stored[index % 10] === true);
              if (next.kind === 'some') {
                return answer(response, 200, route === 'record' ? some.Records[0] : some);
              }
              wereLost += request.records.length - some.FailedRecordCount;
              response.socket?.destroy();
              return true;
            },
            // A size at which several records make several requests.
            { route, records: recordsUpTo(count), attempts: plan.length + 1, batchBytes: 300 },
          );
          expect(outcome).toMatchObject({ sent: count, acknowledged: count, failed: 0, problems: [] });
          const stored = api.streams.get(STREAM) ?? [];
          expect(stored).toHaveLength(count + wereLost);
          const keyAt = new Map(
            stored.map((one) => [`${one.shard} ${one.sequence}`, Number(one.partitionKey)]),
          );
          const acknowledged = outcome.places.map((place) => keyAt.get(place.join(' ')));
          expect(acknowledged.sort((a = -1, b = -1) => a - b)).toEqual(
            recordsUpTo(count).map(({ key }) => key),
          );
        },
      ),
    );
  },
);
