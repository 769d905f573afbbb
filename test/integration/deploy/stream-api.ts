/** The routes under `/streams` of the deployed API, down to the streams of the local AWS. */
import type { DeployedApp } from '../support/deployed-app';
import { kinesisClient, type KinesisClient } from '../support/kinesis';
import { signedFetch } from '../support/signed-fetch';

interface Reply {
  readonly status: number;
  readonly body: Record<string, unknown>;
}

/** The tests; `deployed` is deployed for the user id when they run. */
export function streamApi(userId: string, deployed: () => DeployedApp): void {
  const PREFIX = `streaming-${userId}-`;
  /** A stream of this test's own, which no function reads. */
  const STREAM = `${PREFIX}test`;
  const FEED_STREAMS = ['geo', 'pin', 'user'].map((feed) => `${PREFIX}${feed}`);

  let app: DeployedApp;
  let kinesis: KinesisClient;

  beforeAll(() => {
    app = deployed();
    kinesis = kinesisClient(app.aws.endpoint, app.aws.credentials.accessKeyId);
  });

  async function call(
    method: string,
    path: string,
    body?: unknown,
    type = 'application/json',
  ): Promise<Reply> {
    const response = await signedFetch(
      { region: app.aws.region, service: 'execute-api', accessKeyId: app.aws.credentials.accessKeyId },
      method,
      `${app.outputs.ApiUrl ?? ''}${path}`,
      typeof body === 'string' ? body : JSON.stringify(body),
      body === undefined ? {} : { 'content-type': type },
    );
    return { status: response.status, body: (await response.json()) as Record<string, unknown> };
  }

  const names = async (): Promise<string[]> =>
    (await kinesis.call<{ StreamNames: string[] }>('ListStreams', {})).StreamNames;

  const posts = (count: number): { data: unknown; 'partition-key': number }[] =>
    Array.from({ length: count }, (_, index) => ({ data: { index }, 'partition-key': index }));

  const A_MESSAGE = { message: expect.stringMatching(/./) as string };

  test('the streams of the feeds are listed, those of others are not', async () => {
    await kinesis.call('CreateStream', { StreamName: 'streaming-somebody-else-pin', ShardCount: 1 });
    const { status, body } = await call('GET', '/streams');
    expect(status).toBe(200);
    expect(body).toEqual({ StreamNames: FEED_STREAMS, HasMoreStreams: false });
  });

  test('a stream is made with its shards, described, and deleted', async () => {
    expect((await call('POST', `/streams/${STREAM}`, { ShardCount: 3 })).status).toBe(200);
    const { status, body } = await call('GET', `/streams/${STREAM}`);
    const description = body.StreamDescription as { StreamName: string; Shards: unknown[] };
    expect([status, description.StreamName, description.Shards.length]).toEqual([200, STREAM, 3]);
    expect((await call('POST', `/streams/${STREAM}`, { ShardCount: 1 })).status).toBe(409);
    expect((await call('DELETE', `/streams/${STREAM}`)).status).toBe(200);
    expect(await names()).not.toContain(STREAM);
  });

  test.each(FEED_STREAMS)(
    '%s is neither made nor deleted by a caller who may invoke everything',
    async (name) => {
      expect((await call('GET', `/streams/${name}`)).status).toBe(200);
      const replies = [
        await call('DELETE', `/streams/${name}`),
        await call('POST', `/streams/${name}`, { ShardCount: 1 }),
      ];
      const refusal = {
        status: 403,
        body: {
          message: expect.stringMatching(/^The stream of a feed is deployed with the pipeline/) as string,
        },
      };
      expect(replies).toEqual([refusal, refusal]);
      expect(await names()).toContain(name);
    },
  );

  describe('with a stream', () => {
    beforeEach(async () => {
      await call('POST', `/streams/${STREAM}`, { ShardCount: 1 });
    });
    afterEach(async () => {
      await call('DELETE', `/streams/${STREAM}`);
    });

    const texts = async (): Promise<string[]> => (await kinesis.records(STREAM)).map(({ text }) => text);
    const put = (record: unknown): Promise<Reply> => call('PUT', `/streams/${STREAM}/record`, record);
    const putAll = (body: unknown): Promise<Reply> => call('PUT', `/streams/${STREAM}/records`, body);

    test('a record arrives as the JSON that it was, whatever is in it', async () => {
      const data = {
        quote: '"}, {"Data": "injected", \'#set($x = 1)$util.urlEncode("x")',
        unicode: 'ü 🚀 שלום\u2028\u0000',
        numbers: [1, -2.5, 1e21, 9007199254740991],
        empty: [{}, [], '', null, false],
      };
      const { status, body } = await put({ StreamName: STREAM, Data: data, PartitionKey: 'a"b\\' });
      expect(status).toBe(200);
      expect(body).toMatchObject({ ShardId: 'shardId-000000000000' });
      const [record, ...rest] = await kinesis.records(STREAM);
      expect(rest).toEqual([]);
      expect(record).toMatchObject({ PartitionKey: 'a"b\\', SequenceNumber: body.SequenceNumber });
      expect(JSON.parse(String(record?.text))).toEqual(data);
    });

    test('500 records are taken in their order, 501 refused', async () => {
      const { status, body } = await putAll({ records: posts(500) });
      expect(status).toBe(200);
      expect(body.FailedRecordCount).toBe(0);
      expect((body.Records as unknown[]).length).toBe(500);
      expect(await texts()).toEqual(posts(500).map(({ data }) => JSON.stringify(data)));
      expect(await putAll({ records: posts(501) })).toEqual({ status: 400, body: A_MESSAGE });
      expect(await texts()).toHaveLength(500);
    });

    test('one bad record among good ones refuses the request, and nothing of it is stored', async () => {
      const good = posts(3);
      for (const bad of [{ data: {} }, { 'partition-key': 1 }, { data: {}, 'partition-key': '' }, 7, null]) {
        expect(await putAll({ records: [...good, bad] })).toEqual({ status: 400, body: A_MESSAGE });
      }
      expect(await texts()).toEqual([]);
    });

    test('1 MB is taken, more than 1 MiB is refused', async () => {
      const megabyte = { text: 'x'.repeat(1_000_000) };
      expect((await put({ Data: megabyte, PartitionKey: 1 })).status).toBe(200);
      const tooLarge = { text: 'x'.repeat(1_048_576) };
      expect(await put({ Data: tooLarge, PartitionKey: 1 })).toEqual({ status: 400, body: A_MESSAGE });
      const several = { records: [...posts(1), { data: tooLarge, 'partition-key': 1 }] };
      expect(await putAll(several)).toEqual({ status: 400, body: A_MESSAGE });
      expect(await texts()).toEqual([JSON.stringify(megabyte)]);
    });

    test.each<[string, string, unknown]>([
      ['/record', 'PUT', {}],
      ['/record', 'PUT', { Data: {} }],
      ['/record', 'PUT', { Data: {}, PartitionKey: 1.5 }],
      ['/record', 'PUT', { Data: {}, PartitionKey: ['a'] }],
      ['/record', 'PUT', { Data: {}, PartitionKey: 'x'.repeat(257) }],
      ['/record', 'PUT', { Data: {}, PartitionKey: 1, ExplicitHashKey: '0' }],
      ['/record', 'PUT', '{"Data": '],
      ['/records', 'PUT', []],
      ['/records', 'PUT', { records: [] }],
      ['/records', 'PUT', { records: {} }],
      ['/records', 'PUT', { StreamName: STREAM, records: [] }],
      ['-2', 'POST', {}],
      ['-2', 'POST', { ShardCount: 0 }],
      ['-2', 'POST', { ShardCount: '1' }],
      ['-2', 'POST', { ShardCount: 11 }],
    ])('a body of the wrong shape is refused: …%s %s %j', async (path, method, body) => {
      expect(await call(method, `/streams/${STREAM}${path}`, body)).toEqual({ status: 400, body: A_MESSAGE });
      expect(await texts()).toEqual([]);
      expect(await names()).not.toContain(`${STREAM}-2`);
    });

    test('a body that names another stream is refused, and says why', async () => {
      const reply = await put({ StreamName: FEED_STREAMS[0], Data: {}, PartitionKey: 1 });
      expect(reply).toEqual({
        status: 400,
        body: {
          message: 'The StreamName of the body is not the one of the path: expected the same name, or none.',
        },
      });
      expect(await texts()).toEqual([]);
    });

    test('another type than JSON does not get past the templates', async () => {
      const record = { StreamName: 'streaming-somebody-else-pin', Data: 'eA==', PartitionKey: '1' };
      const reply = await call('PUT', `/streams/${STREAM}/record`, record, 'application/x-amz-json-1.1');
      expect([400, 415]).toContain(reply.status);
      expect(await kinesis.records('streaming-somebody-else-pin')).toEqual([]);
    });
  });

  test('the name of another is refused on every route', async () => {
    const requests: [string, string, unknown?][] = [
      ['GET', ''],
      ['POST', '', { ShardCount: 1 }],
      ['DELETE', ''],
      ['PUT', '/record', { Data: {}, PartitionKey: 1 }],
      ['PUT', '/records', { records: posts(1) }],
    ];
    for (const [method, path, body] of requests) {
      expect(await call(method, `/streams/streaming-somebody-else-pin${path}`, body)).toEqual({
        status: 403,
        body: { message: expect.stringContaining(`expected ${PREFIX} and 1 to`) as string },
      });
    }
    expect(await names()).toContain('streaming-somebody-else-pin');
    expect(await kinesis.records('streaming-somebody-else-pin')).toEqual([]);
  });

  test.each<[string, string, unknown]>([
    ['GET', '', undefined],
    ['DELETE', '', undefined],
    ['PUT', '/record', { Data: {}, PartitionKey: 1 }],
    ['PUT', '/records', { records: posts(1) }],
  ])('a stream that does not exist is not found: %s %s', async (method, path, body) => {
    expect(await call(method, `/streams/${PREFIX}nowhere${path}`, body)).toEqual({
      status: 404,
      body: { message: expect.stringContaining(`${PREFIX}nowhere`) as string },
    });
  });

  test.each<[string, string]>([
    ['GET', '/streams'],
    ['GET', `/streams/${STREAM}`],
    ['POST', `/streams/${STREAM}`],
    ['DELETE', `/streams/${STREAM}`],
    ['PUT', `/streams/${STREAM}/record`],
    ['PUT', `/streams/${STREAM}/records`],
  ])('an unsigned %s %s is refused', async (method, path) => {
    const body = ['PUT', 'POST'].includes(method) ? '{}' : undefined;
    const response = await fetch(`${app.outputs.ApiUrl ?? ''}${path}`, { method, body });
    expect(response.status).toBe(403);
  });
}
