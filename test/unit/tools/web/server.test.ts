import { connect } from 'node:net';
import { serveWeb } from '../../../../tools/web/server';
import { ScriptedPipeline, TestServer, until } from './page-server';

const signals: Record<string, AbortSignal> = {};
/** Resolves when its signal aborts. */
const untilAborted =
  (method: string) =>
  (_options: object, { signal }: { signal: AbortSignal }) => {
    signals[method] = signal;
    return new Promise((resolve) => {
      signal.addEventListener('abort', resolve);
    });
  };

let pipeline: ScriptedPipeline;
let page: TestServer;

beforeEach(async () => {
  pipeline = new ScriptedPipeline({
    status: () => ({ stage: 'local', userId: 'test' }),
    emulate: untilAborted('emulate'),
    query: untilAborted('query'),
    answers: () => {
      throw new Error('There is no table yet');
    },
    trace: (options) => options,
    setEmulator: () => undefined,
  });
  page = await TestServer.start(pipeline);
});

afterEach(() => page.server.close());

test('the document loads its own script alone, under a policy that allows nothing else', async () => {
  const { status, headers, text } = await page.ask({});
  expect(status).toBe(200);
  expect(headers).toMatchObject({
    'content-type': 'text/html; charset=utf-8',
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
    'content-security-policy':
      "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  });
  expect(page.token).toMatch(/^[\w-]{43}$/);
  expect(text).not.toMatch(/<script>|<style|style=|https?:/);
  const script = /src="([^"]+)"/.exec(text)?.[1];
  const file = await page.ask({ path: script });
  expect(file.status).toBe(200);
  expect(file.headers).toMatchObject({
    'content-type': 'text/javascript; charset=utf-8',
    'cache-control': 'public, max-age=31536000, immutable',
    'content-security-policy': headers['content-security-policy'],
  });
  expect(file.text.length).toBeGreaterThan(1000);
});

test('the token is another one with every server', async () => {
  const other = await TestServer.start(pipeline);
  expect(other.token).not.toBe(page.token);
  await other.server.close();
});

describe('requests of others', () => {
  test.each([
    ['/', { host: 'evil.example' }],
    ['/events', { host: 'evil.example' }],
    ['/', { host: '127.0.0.1:1' }],
    ['/', { host: 'evil@127.0.0.1' }],
    ['/events', { origin: 'https://evil.example' }],
    ['/events', { origin: 'null' }],
    ['/', { origin: 'http://127.0.0.1:1' }],
  ])('are refused: %s %j', async (path, headers) => {
    const { status, text } = await page.ask({ path, headers });
    expect(status).toBe(403);
    expect(text).toContain(JSON.stringify(Object.values(headers)[0]).slice(1, -1));
  });

  test.each<Record<string, string>>([
    { host: 'evil.example' },
    { origin: 'http://evil.example' },
    { 'x-page-token': '' },
    { 'x-page-token': 'x'.repeat(43) },
  ])('call nothing: %j', async (headers) => {
    expect((await page.call('setEmulator', { paused: true }, { headers })).status).toBe(403);
    expect(pipeline.calls).toEqual([]);
  });

  test('under both names of this machine, our own page may ask', async () => {
    const { port } = new URL(page.server.url);
    for (const host of [`127.0.0.1:${port}`, `localhost:${port}`]) {
      const { status } = await page.call('status', {}, { headers: { host, origin: `http://${host}` } });
      expect(status).toBe(200);
    }
  });

  test('reach no other address than 127.0.0.1', async () => {
    const socket = connect({ host: '::1', port: Number(new URL(page.server.url).port) });
    const outcome = await new Promise((resolve) => {
      socket.once('connect', resolve.bind(null, 'connected')).once('error', resolve.bind(null, 'refused'));
    });
    socket.destroy();
    expect(outcome).toBe('refused');
  });
});

describe('wrong requests get a sentence and call nothing', () => {
  test.each([
    [404, { path: '/nothing' }, 'There is nothing at "/nothing".'],
    [404, { path: '/../package.json' }, 'There is nothing at "/package.json".'],
    [405, { path: '/', method: 'POST' }, 'The method POST is not allowed here: expected GET.'],
    [405, { path: '/api/status' }, 'The method GET is not allowed here: expected POST.'],
  ])('%i for %j', async (status, ask, error) => {
    const response = await page.ask(ask);
    expect({ status: response.status, ...(JSON.parse(response.text) as object) }).toEqual({ status, error });
    if (status === 405) expect(error).toContain(response.headers.allow ?? 'missing');
  });

  test.each([
    ['constructor', {}, 404, 'There is no method "constructor".'],
    ['replay', {}, 404, 'There is no method "replay".'],
    ['trace', [], 400, 'The options are not a JSON object, for example {}.'],
    ['trace', {}, 400, 'The option ind is missing: expected a whole number from 0 to 9007199254740991.'],
    [
      'trace',
      { ind: 1.5 },
      400,
      'The option ind is 1.5: expected a whole number from 0 to 9007199254740991.',
    ],
    ['trace', { ind: 1, isNew: 2 }, 400, 'There is no option "isNew"; expected: ind.'],
    ['status', { wait: 1 }, 400, 'There is no option "wait"; expected: none.'],
    ['query', { sql: '' }, 400, 'The option sql is "": expected a text of 1 to 100000 characters.'],
    ['query', { sql: 5 }, 400, 'The option sql is 5: expected a text of 1 to 100000 characters.'],
    ['emulate', { to: 'mars' }, 400, 'The option to is "mars": expected one of topics, streams, both.'],
    ['setEmulator', { paused: 1 }, 400, 'The option paused is 1: expected true or false.'],
    ['batch', { wait: false }, 400, 'The option wait cannot be used here: it is for the stages on AWS.'],
  ])('%s %j', async (method, options, status, error) => {
    const response = await page.call(method, options);
    expect({ status: response.status, ...(JSON.parse(response.text) as object) }).toEqual({ status, error });
    expect(pipeline.calls).toEqual([]);
  });

  test.each([
    [415, { headers: { 'content-type': 'text/plain' } }, /text\/plain.*: expected application\/json/],
    [400, { body: '{' }, /not JSON/],
    [413, { body: `"${'x'.repeat(1024 * 1024)}"` }, /1048578 bytes: expected at most 1048576/],
  ])('%i for a body that cannot be used', async (status, ask, error) => {
    const response = await page.call('query', {}, ask);
    expect(response.status).toBe(status);
    expect(response.text).toMatch(error);
    expect(pipeline.calls).toEqual([]);
  });
});

describe('a call', () => {
  test('passes options and result on', async () => {
    const response = await page.call('trace', { ind: 7 });
    expect([response.status, response.text]).toEqual([200, '{"ind":7}']);
    expect(response.headers['cache-control']).toBe('no-store');
    expect((await page.call('setEmulator', { rate: 2 })).text).toBe('null');
  });

  test('has the sentence of the error that the pipeline throws', async () => {
    const response = await page.call('answers');
    expect([response.status, response.text]).toEqual([500, '{"error":"There is no table yet."}']);
  });

  test('ends with its request when it changes nothing, and goes on when it does', async () => {
    const gone = new AbortController();
    const calls = [
      page.call('query', { sql: 'select 1' }, { signal: gone.signal }),
      page.call('emulate', { to: 'both' }, { signal: gone.signal }),
    ];
    await until(() => page.server.counts().calls === 2 && pipeline.calls.length === 2);
    gone.abort();
    for (const call of calls) await expect(call).rejects.toThrow('aborted');
    await until(() => page.server.counts().calls === 1);
    expect(signals.query?.aborted).toBe(true);
    expect(signals.emulate?.aborted).toBe(false);
    await page.server.close();
    expect(signals.emulate?.aborted).toBe(true);
    await until(() => page.server.counts().calls === 0);
  });

  test('is refused while as many are under way as may be', async () => {
    const running = Array.from({ length: 16 }, () => page.call('query', { sql: 'select 1' }));
    await until(() => page.server.counts().calls === 16);
    const { status, text } = await page.call('trace', { ind: 1 });
    expect([status, text]).toEqual([
      503,
      '{"error":"16 calls are under way already: try again when one has ended."}',
    ]);
    await page.server.close();
    await Promise.allSettled(running);
  });
});

test('what a stage does not take is said with the reason', async () => {
  const stage = await TestServer.start(pipeline, { stage: 'dev' });
  const { status, text } = await stage.call('batch', { engine: 'spark' });
  expect([status, text]).toEqual([
    400,
    `{"error":"The option engine cannot be used here: the daily batch has the stage's own engine."}`,
  ]);
  await stage.server.close();
});

test('a port that another program listens on is named', async () => {
  const port = Number(new URL(page.server.url).port);
  await expect(
    serveWeb({ pipeline: pipeline.asPipeline(), stage: 'local', userId: 'test', port }),
  ).rejects.toThrow(
    `The page cannot be served: port ${port} on 127.0.0.1 is taken by another program. Choose another port, or none for a free one.`,
  );
});
