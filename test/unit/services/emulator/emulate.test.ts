import type { Pace } from '../../../../services/emulator';
import { PostGenerator } from '../../../../services/source/generator';
import type { SourceReader } from '../../../../services/source/source-reader';
import { EmulatorWorld, generatedSource, upTo } from './ports';
import { startScriptedApi, type Script, type ScriptedApi } from './scripted-api';
import { answer } from './scripted-server';

class World extends EmulatorWorld<ScriptedApi> {
  keys(topic: string): number[] {
    return (this.api.topics.get(topic) ?? []).map(({ key }) => key);
  }
}

let world: World;
async function start(script?: Script): Promise<World> {
  world = new World(await startScriptedApi(script));
  return world;
}
afterEach(() => world.api.close());

const perFeed = (counts: object): object => ({ pin: counts, geo: counts, user: counts });

test('mode all sends the three rows of every post once, keyed by row number', async () => {
  await start();
  const report = await world.run({ mode: 'all', userId: 'me', batchPosts: 30 }, generatedSource(100));
  expect(report).toMatchObject({
    run: 'all-100',
    destination: 'topics',
    from: 0,
    to: 100,
    posts: 100,
    available: 100,
    incomplete: 0,
    ended: 'done',
    ok: true,
    problems: [],
    feeds: perFeed({ sent: 100, acknowledged: 100, failed: 0, retried: 0 }),
  });
  const generator = new PostGenerator(100);
  for (const feed of ['pin', 'geo', 'user'] as const) {
    const records = world.api.topics.get(`me.${feed}`) ?? [];
    expect(records.map(({ key }) => key)).toEqual(upTo(100));
    expect(records.map(({ value }) => JSON.stringify(value))).toEqual(
      upTo(100).map((n) => JSON.stringify(generator.post(n)[feed])),
    );
  }
});

test('the ledger says what was sent and where it was acknowledged', async () => {
  await start();
  await world.run({ mode: 'all', batchPosts: 30 }, generatedSource(40));
  expect(world.ledger.lines().map(({ at: _at, ...line }) => line)).toEqual(
    (
      [
        [0, 30, 0, 14],
        [30, 40, 15, 19],
      ] as const
    ).flatMap(([from, to, first, last]) =>
      ['pin', 'geo', 'user'].map((feed) => ({
        ...{ run: 'all-100', seed: 100, mode: 'all', from, to, feed },
        ...{ sent: to - from, acknowledged: to - from, failed: 0, attempts: 1 },
        offsets: [0, 1].map((partition) => [partition, first, last]),
      })),
    ),
  );
  expect(world.ledger.lines()[0]?.at).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
});

test('a run continues where it stopped, also after the source grew, and a finished one sends nothing', async () => {
  await start();
  await world.run({ mode: 'all', posts: 35, batchPosts: 10 }, generatedSource(100));
  const second = await world.run({ mode: 'all', batchPosts: 10 }, generatedSource(100));
  expect(second).toMatchObject({ from: 35, to: 100, posts: 65 });
  const third = await world.run({ mode: 'all' }, generatedSource(100));
  expect(third).toMatchObject({ from: 100, to: 100, posts: 0, ended: 'done', ok: true });
  await world.run({ mode: 'all' }, generatedSource(120));
  expect(world.keys('pinterest.geo')).toEqual(upTo(120));
});

test('mode random continues the same sequence as one long run', async () => {
  await start();
  await world.run({ posts: 25, batchPosts: 10 }, generatedSource(50));
  const second = await world.run({ posts: 25 }, generatedSource(50));
  expect(second).toMatchObject({ run: 'random-100', from: 25, to: 50, posts: 25, ended: 'done' });
  const pieces = world.keys('pinterest.pin');
  await world.run({ posts: 50, run: 'whole' }, generatedSource(50));
  expect(world.keys('pinterest.pin').slice(50)).toEqual(pieces);
  expect(pieces).not.toEqual(upTo(50));
});

test('after a lost response the same records are sent again, and the ledger counts them once', async () => {
  await start((request, response, api) => {
    if (request.topic !== 'pinterest.geo' || request.number > 1) return false;
    api.store(request.topic, request.records);
    response.socket?.destroy();
    return true;
  });
  const report = await world.run({ mode: 'all' }, generatedSource(20));
  expect(report.feeds.geo).toEqual({ sent: 20, acknowledged: 20, failed: 0, retried: 20 });
  expect(report.ok).toBe(true);
  expect(world.keys('pinterest.geo')).toEqual([...upTo(20), ...upTo(20)]);
  const [first, second] = world.api.requests.filter(({ topic }) => topic === 'pinterest.geo');
  expect(second?.body).toBe(first?.body);
  expect(world.ledger.lines().map(({ feed, attempts, sent }) => [feed, attempts, sent])).toEqual([
    ['pin', 1, 20],
    ['geo', 2, 20],
    ['user', 1, 20],
  ]);
});

test('failed records are counted, reported, and sent by the next call of the run', async () => {
  let isDown = true;
  await start((request, response) =>
    isDown && request.topic.endsWith('user') && request.records.some(({ key }) => key === 15)
      ? answer(response, 503, 'away')
      : false,
  );
  const report = await world.run({ mode: 'all', batchPosts: 10 }, generatedSource(30));
  expect(report).toMatchObject({ posts: 30, ended: 'done', ok: false });
  expect(report.feeds.user).toEqual({ sent: 30, acknowledged: 20, failed: 10, retried: 10 });
  expect(report.problems).toEqual([
    'pinterest.user: failed after 3 attempts: the API responded with 503 away',
  ]);
  isDown = false;
  const next = await world.run({ mode: 'all', batchPosts: 10 }, generatedSource(30));
  expect(next).toMatchObject({ from: 10, to: 30, ok: true });
  expect(new Set(world.keys('pinterest.user'))).toEqual(new Set(upTo(30)));
});

test('a refusal ends the run at once', async () => {
  await start((_request, response) => answer(response, 403, { message: 'Missing Authentication Token' }));
  const report = await world.run({ mode: 'all', batchPosts: 10 }, generatedSource(1000));
  expect(report).toMatchObject({ posts: 10, ended: 'failed', ok: false });
  expect(report.problems[0]).toMatch(
    /refused, not retried: the API responded with 403 .*Missing Authentication/,
  );
  expect(world.api.requests).toHaveLength(3);
  expect(world.ledger.lines()).toHaveLength(3);
});

test('an API that stays unavailable ends the run after three lost batches', async () => {
  await start((_request, response) => answer(response, 503, ''));
  const report = await world.run({ mode: 'all', batchPosts: 10 }, generatedSource(1000));
  expect(report).toMatchObject({ posts: 30, ended: 'failed', ok: false });
  expect(report.problems).toContain('Stopped: no record of 3 consecutive batches was acknowledged.');
});

test('posts lacking a row are sent without it, and counted', async () => {
  await start();
  const source = generatedSource(10, ({ rowNumber, rows }) => ({
    rowNumber,
    rows: rowNumber === 3 ? { pin: rows.pin, user: rows.user } : rowNumber === 4 ? {} : rows,
  }));
  const report = await world.run({ mode: 'all' }, source);
  expect(report).toMatchObject({ posts: 10, incomplete: 2, ok: true });
  expect(report.feeds.geo.sent).toBe(8);
  expect(world.keys('pinterest.geo')).toEqual([0, 1, 2, 5, 6, 7, 8, 9]);
  expect(world.keys('pinterest.pin')).toEqual([0, 1, 2, 3, 5, 6, 7, 8, 9]);
  expect(await world.run({ mode: 'all' }, source)).toMatchObject({ from: 10, posts: 0 });
});

test('the signal ends the run after the running batch, with its ledger', async () => {
  const controller = new AbortController();
  await start((request) => {
    if (request.records.some(({ key }) => key === 25)) controller.abort();
    return false;
  });
  const report = await world.run({ mode: 'all', batchPosts: 10 }, generatedSource(100), {
    signal: controller.signal,
  });
  expect(report).toMatchObject({ posts: 30, to: 30, ended: 'stopped', ok: true });
  expect(world.ledger.lines()).toHaveLength(9);
  expect(await world.run({ mode: 'all' }, generatedSource(100))).toMatchObject({ from: 30, to: 100 });
  expect(world.keys('pinterest.pin')).toEqual(upTo(100));
});

test('aborted before it begins, a run sends nothing', async () => {
  await start();
  const report = await world.run({}, generatedSource(10), { signal: AbortSignal.abort() });
  expect(report).toMatchObject({ posts: 0, ended: 'stopped', ok: true });
  expect(world.api.requests).toHaveLength(0);
});

test('a source that breaks off ends the run with its ledger and the reason', async () => {
  await start();
  const source = generatedSource(100);
  let reads = 0;
  const breaking: SourceReader = {
    ...source,
    read: (rows) =>
      (reads += 1) > 2 ? Promise.reject(new Error('the server has gone away')) : source.read(rows),
  };
  const report = await world.run({ mode: 'all', batchPosts: 10 }, breaking);
  expect(report).toMatchObject({
    posts: 20,
    ended: 'failed',
    ok: false,
    problems: ['the server has gone away'],
  });
  expect(world.ledger.lines()).toHaveLength(6);
});

test('an empty source and a ledger that cannot be written are reported', async () => {
  await start();
  await expect(world.run({}, generatedSource(0))).rejects.toThrow('The source holds no posts');
  world.ledger.create = () => Promise.reject(new Error('AccessDenied'));
  const report = await world.run({ mode: 'all' }, generatedSource(10));
  expect(report).toMatchObject({ posts: 10, ok: false });
  expect(report.problems).toEqual([
    'The ledger sent/all-100/ could not be written to the sink bucket: AccessDenied.',
  ]);
});

test('the rate is kept, in small batches', async () => {
  await start();
  const report = await world.run({ mode: 'all', rate: 40 }, generatedSource(100));
  expect(report.seconds).toBeGreaterThanOrEqual(2.25);
  expect(
    world.ledger
      .lines()
      .filter(({ feed }) => feed === 'pin')
      .map(({ sent }) => sent),
  ).toEqual(Array.from({ length: 10 }, () => 10));
});

test('posts that were read for a faster pace go at the new one, and a pace that ends leaves a whole ledger', async () => {
  await start();
  const paces: (Pace | undefined)[] = [];
  const report = await world.run({ mode: 'all', batchPosts: 40 }, generatedSource(100), {
    pace: () => {
      const sent = world.keys('pinterest.user').length;
      paces.push(sent >= 60 ? undefined : { paused: false, rate: sent >= 40 ? 20 : 0 });
      return paces.at(-1);
    },
  });
  expect(report).toMatchObject({ from: 0, to: 60, posts: 60, ended: 'stopped', ok: true, problems: [] });
  expect(paces.at(-1)).toBeUndefined();
  expect(world.keys('pinterest.pin')).toEqual(upTo(60));
  const sizes = world.ledger.lines().flatMap(({ feed, sent }) => (feed === 'pin' ? [sent] : []));
  expect(sizes).toEqual([40, 5, 5, 5, 5]);
});

test('with a pause posts go one by one, each after a random wait', async () => {
  await start();
  const report = await world.run({ mode: 'all', pause: 2 }, generatedSource(20));
  expect(report.posts).toBe(20);
  const { sleeps } = world.clock;
  expect(sleeps).toHaveLength(19);
  expect(Math.max(...sleeps)).toBeLessThanOrEqual(2000);
  expect(new Set(sleeps).size).toBe(19);
});

test('progress is reported after each batch', async () => {
  await start();
  const seen: [number, number][] = [];
  await world.run({ mode: 'all', batchPosts: 4 }, generatedSource(10), {
    onProgress: ({ posts, total }) => seen.push([posts, total]),
  });
  expect(seen).toEqual([4, 8, 10].map((posts) => [posts, 10]));
});
