import * as fc from 'fast-check';
import type { StreamLedgerLine } from '../../../../services/emulator/ledger';
import type { EmulatorOptions } from '../../../../services/emulator/options';
import { FEED_NAMES, streamName, type FeedName } from '../../../../services/contract';
import { PostGenerator } from '../../../../services/source/generator';
import { EmulatorWorld, generatedSource, upTo } from './ports';
import { startScriptedApi } from './scripted-api';
import { answer } from './scripted-server';
import { putSome, startScriptedStreams, type ScriptedStreams, type StreamScript } from './scripted-streams';

class World extends EmulatorWorld<ScriptedStreams> {
  /** The row numbers in a feed's stream, in its order. */
  keys(feed: FeedName): number[] {
    return (this.api.streams.get(streamName('pinterest', feed)) ?? []).map((one) => Number(one.partitionKey));
  }

  /** The row numbers of the records that the ledger says are acknowledged, ascending; -1 for one that is not there. */
  acknowledged(feed: FeedName): number[] {
    const stored = this.api.streams.get(streamName('pinterest', feed)) ?? [];
    const keyAt = new Map(stored.map((one) => [`${one.shard} ${one.sequence}`, Number(one.partitionKey)]));
    return (this.ledger.lines() as StreamLedgerLine[])
      .filter((line) => line.feed === feed)
      .flatMap(({ sequences }) =>
        Object.entries(sequences).flatMap(([shard, numbers]) =>
          numbers.map((number) => keyAt.get(`${shard} ${number}`) ?? -1),
        ),
      )
      .sort((a, b) => a - b);
  }
}

async function inWorld<T>(script: StreamScript | undefined, test: (world: World) => Promise<T>): Promise<T> {
  const world = new World(await startScriptedStreams(script), { destination: 'streams' });
  try {
    return await test(world);
  } finally {
    await world.api.close();
  }
}

const perFeed = (counts: object): object => ({ pin: counts, geo: counts, user: counts });

test('mode all sends the three rows of every post once, and the ledger has every sequence number', () =>
  inWorld(undefined, async (world) => {
    const report = await world.run({ mode: 'all', batchPosts: 30 }, generatedSource(100));
    expect(report).toMatchObject({
      run: 'all-100-streams',
      destination: 'streams',
      posts: 100,
      ended: 'done',
      ok: true,
      feeds: perFeed({ sent: 100, acknowledged: 100, failed: 0, retried: 0 }),
    });
    const generator = new PostGenerator(100);
    for (const feed of FEED_NAMES) {
      const stored = world.api.streams.get(streamName('pinterest', feed)) ?? [];
      expect(stored.map(({ data }) => JSON.stringify(data))).toEqual(
        upTo(100).map((n) => JSON.stringify(generator.post(n)[feed])),
      );
      expect(stored.map(({ partitionKey }) => partitionKey)).toEqual(upTo(100).map(String));
      expect(world.acknowledged(feed)).toEqual(upTo(100));
    }
    const [first] = world.ledger.lines();
    expect(Object.keys(first ?? {})).toEqual(
      ['run', 'seed', 'mode', 'from', 'to', 'feed', 'sent', 'acknowledged', 'failed', 'attempts'].concat([
        'path',
        'sequences',
        'at',
      ]),
    );
    expect(first).toMatchObject({ run: 'all-100-streams', path: 'streams', from: 0, to: 30, attempts: 1 });
  }));

test('a run draws the same posts in the same order for both destinations', () =>
  inWorld(undefined, async (world) => {
    const topics = await startScriptedApi();
    try {
      const source = generatedSource(50);
      await world.run({ posts: 40, batchPosts: 7 }, source);
      const options: EmulatorOptions = { destination: 'topics', posts: 40, batchPosts: 7 };
      const report = await world.run(options, source, undefined, topics.url);
      expect(report).toMatchObject({ run: 'random-100', destination: 'topics', ok: true });
      for (const feed of FEED_NAMES) {
        const sent = topics.topics.get(`pinterest.${feed}`) ?? [];
        expect(world.keys(feed)).toEqual(sent.map(({ key }) => key));
        expect(world.api.streams.get(streamName('pinterest', feed))?.map(({ data }) => data)).toEqual(
          sent.map(({ value }) => value),
        );
      }
      expect(new Set(world.keys('pin')).size).toBeGreaterThan(5);
    } finally {
      await topics.close();
    }
  }));

test('aborted amid retries, a run counts what was stored, and the next one sends the rest', () => {
  const controller = new AbortController();
  return inWorld(
    (request, response, api) => {
      if (controller.signal.aborted || !request.stream.endsWith('geo')) return false;
      controller.abort();
      return answer(
        response,
        200,
        putSome(api, request, (index) => index % 2 === 0),
      );
    },
    async (world) => {
      const { signal } = controller;
      const report = await world.run({ mode: 'all', batchPosts: 10 }, generatedSource(10), { signal });
      expect(report.feeds.geo).toEqual({ sent: 10, acknowledged: 5, failed: 5, retried: 0 });
      expect(report.ok).toBe(false);
      expect(world.acknowledged('geo')).toEqual([0, 2, 4, 6, 8]);
      expect(await world.run({ mode: 'all' }, generatedSource(10))).toMatchObject({
        from: 0,
        to: 10,
        ok: true,
      });
      expect([...new Set(world.acknowledged('geo'))]).toEqual(upTo(10));
    },
  );
});

test.each(['all', 'random'] as const)(
  'mode %s: a record too large for Kinesis is reported, and the next call sends nothing again',
  (mode) =>
    inWorld(undefined, async (world) => {
      const source = generatedSource(20, ({ rowNumber, rows }) => ({
        rowNumber,
        rows:
          rowNumber === 3 && rows.pin !== undefined
            ? { ...rows, pin: { ...rows.pin, description: 'x'.repeat(1_100_000) } }
            : rows,
      }));
      const options: EmulatorOptions = { mode, posts: 100, batchPosts: 10 };
      const report = await world.run(options, source);
      const { posts, ok, feeds } = report;
      const { failed } = feeds.pin;
      expect(ok).toBe(false);
      expect(failed).toBeGreaterThan(0);
      expect(report.problems[0]).toMatch(/row 3 has 11\d{5} bytes/);
      const lines = world.ledger.lines().filter((line) => line.failed > 0);
      expect(lines.reduce((sum, line) => sum + line.failed, 0)).toBe(failed);
      expect(lines.every((line) => line.refused === line.failed)).toBe(true);
      expect(await world.run(options, source)).toMatchObject({ from: posts });
    }),
);

test('by the route record posts go one by one at the rate', () =>
  inWorld(undefined, async (world) => {
    const options: EmulatorOptions = { mode: 'all', streamRoute: 'record', rate: 10 };
    const report = await world.run(options, generatedSource(20));
    expect(report).toMatchObject({ posts: 20, ok: true });
    expect(report.seconds).toBeGreaterThanOrEqual(1.9);
    expect(world.api.requests).toHaveLength(60);
    expect(new Set(world.api.requests.map(({ route }) => route))).toEqual(new Set(['record']));
    expect(world.ledger.lines().map(({ sent }) => sent)).toEqual(Array.from({ length: 60 }, () => 1));
  }));

/** Outcome of a request: the records stored (by place, modulo eight), or a status of the API. */
type Fate = boolean[] | number;

const fate: fc.Arbitrary<Fate> = fc.oneof(
  { weight: 3, arbitrary: fc.array(fc.boolean(), { minLength: 8, maxLength: 8 }) },
  fc.constantFrom(429, 500, 503),
);

/** Uses one outcome after the other for any stream, and success after the last. */
function following(plan: readonly Fate[]): StreamScript {
  const left = [...plan];
  return (request, response, api) => {
    const next = left.shift();
    if (next === undefined) return false;
    if (typeof next === 'number') return answer(response, next, '');
    const some = putSome(api, request, (index) => next[index % 8] === true);
    return answer(response, 200, request.route === 'record' ? some.Records[0] : some);
  };
}

test('records that failed all attempts are failed in the ledger, and later calls of the run acknowledge every one', () =>
  fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 25 }),
      fc.array(fate, { maxLength: 15 }),
      fc.constantFrom('records' as const, 'record' as const),
      (posts, plan, streamRoute) => {
        return inWorld(following(plan), async (world) => {
          const options: EmulatorOptions = { mode: 'all', batchPosts: 4, streamRoute, attempts: 2 };
          const sent = { pin: 0, geo: 0, user: 0 };
          const acknowledged = { pin: 0, geo: 0, user: 0 };
          let isOk = false;
          // Every call takes at least one request from the plan.
          for (let call = 0; call <= plan.length && !isOk; call++) {
            const report = await world.run(options, generatedSource(posts));
            isOk = report.ok;
            for (const feed of FEED_NAMES) {
              const counts = report.feeds[feed];
              expect(counts.acknowledged + counts.failed).toBe(counts.sent);
              sent[feed] += counts.sent;
              acknowledged[feed] += counts.acknowledged;
            }
          }
          expect(isOk).toBe(true);
          for (const feed of FEED_NAMES) {
            const lines = world.ledger.lines().filter((line) => line.feed === feed);
            expect(lines.reduce((sum, line) => sum + line.sent, 0)).toBe(sent[feed]);
            expect(world.acknowledged(feed)).toHaveLength(acknowledged[feed]);
            // No response was lost, so the stream has exactly the acknowledged records.
            expect(world.keys(feed).sort((a, b) => a - b)).toEqual(world.acknowledged(feed));
            expect([...new Set(world.acknowledged(feed))]).toEqual(upTo(posts));
          }
        });
      },
    ),
    { numRuns: 25 },
  ));
