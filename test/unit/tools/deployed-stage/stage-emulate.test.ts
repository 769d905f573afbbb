import { runEmulation, reportsOf } from '../../../../tools/pipeline/emulate';
import { emulateInParts, emulateOnStage } from '../../../../tools/deployed-stage/stage-emulate';
import type { EmulatorReport } from '../../../../services/emulator';
import type { EmulatorEvent } from '../../../../lambda/emulator/event';
import { functionError, invocation, ScriptedAws, stacksAnswer } from './scripted-aws';

const never = new AbortController().signal;

/** What the function reports of some posts that all arrived. */
function report(from: number, posts: number, more: Partial<EmulatorReport> = {}): EmulatorReport {
  const feed = { sent: posts, acknowledged: posts, failed: 0, retried: 1 };
  return {
    ...{ run: 'random-100', destination: 'topics', mode: 'random', seed: 100 },
    ...{ from, to: from + posts, posts, available: 11_000, feeds: { pin: feed, geo: feed, user: feed } },
    ...{
      incomplete: 2,
      seconds: 4,
      rate: posts / 4,
      ended: 'done',
      ok: true,
      warnings: ['Odd.'],
      problems: [],
    },
    ...more,
  };
}

/** Runs with these reports, one an invocation. */
async function inParts(
  options: Parameters<typeof emulateInParts>[1],
  reports: readonly EmulatorReport[],
): Promise<{ result: EmulatorReport; events: EmulatorEvent[]; lines: string[] }> {
  const left = [...reports];
  const events: EmulatorEvent[] = [];
  const lines: string[] = [];
  const invoke = (event: EmulatorEvent): Promise<EmulatorReport> => {
    events.push(event);
    const next = left.shift();
    return next === undefined ? Promise.reject(new Error('invoked too often')) : Promise.resolve(next);
  };
  const result = await emulateInParts(invoke, options, (line) => lines.push(line));
  expect(left).toEqual([]);
  return { result, events, lines };
}

describe('in parts', () => {
  test('a few posts are one invocation, 100 unless told', async () => {
    const { result, events, lines } = await inParts({ seed: 7, destination: 'streams' }, [report(0, 100)]);
    expect(result).toEqual(report(0, 100));
    expect(events).toEqual([{ destination: 'streams', mode: 'random', seed: 7, posts: 100 }]);
    expect(lines).toEqual([]);
  });

  test('many are several, and the report is of all', async () => {
    const { result, events, lines } = await inParts({ seed: 7, run: 'x', posts: 2100 }, [
      report(50, 1000),
      // The function came to its time limit.
      report(1050, 900, { ended: 'stopped', warnings: ['Odd.', 'Odder.'] }),
      report(1950, 200),
    ]);
    expect(events.map(({ posts }) => posts)).toEqual([1000, 1000, 200]);
    expect(events.every(({ run }) => run === 'x')).toBe(true);
    const feed = { sent: 2100, acknowledged: 2100, failed: 0, retried: 3 };
    expect(result).toMatchObject({
      ...{ from: 50, to: 2150, posts: 2100, feeds: { pin: feed, geo: feed, user: feed }, incomplete: 6 },
      ...{ seconds: 12, rate: 175, ended: 'done', ok: true, warnings: ['Odd.', 'Odder.'] },
    });
    expect(lines).toEqual([
      'sent 1,000 of 2,100 posts in 4.0 s',
      'sent 1,900 of 2,100 posts in 8.0 s',
      'sent 2,100 of 2,100 posts in 12.0 s',
    ]);
  });

  test('every post is sent when the source has no more', async () => {
    const { result, events } = await inParts({ mode: 'all' }, [
      report(0, 1000),
      report(1000, 999, { ended: 'stopped' }),
      report(1999, 3),
    ]);
    expect(result).toMatchObject({ posts: 2002, ok: true });
    expect(events.map(({ mode, posts }) => [mode, posts])).toEqual(Array(3).fill(['all', 1000]));
  });

  test('ends where something is wrong', async () => {
    const failed = { pin: { sent: 10, acknowledged: 9, failed: 1, retried: 0 } };
    const wrong = report(1000, 10, {
      ...{ ok: false, ended: 'failed', problems: ['The API is away.'] },
      feeds: { ...report(0, 10).feeds, ...failed },
    });
    const { result } = await inParts({ posts: 3000 }, [report(0, 1000), wrong]);
    expect(result).toMatchObject({ posts: 1010, ok: false, ended: 'failed', problems: ['The API is away.'] });
    expect(result.feeds.pin).toEqual({ sent: 1010, acknowledged: 1009, failed: 1, retried: 1 });
  });

  test('does not continue without end when nothing is sent', async () => {
    const { result } = await inParts({ posts: 10 }, [report(0, 0, { ended: 'stopped' })]);
    expect(result).toMatchObject({ ok: false, problems: [expect.stringContaining('time limit')] });
  });
});

describe('by the stage’s function', () => {
  let aws: ScriptedAws;
  const flags = { to: 'topics', mode: 'random', seed: 100, posts: 5, rate: 500, pause: 0 } as const;
  const run = (to: 'topics' | 'both'): ReturnType<typeof runEmulation> =>
    runEmulation(emulateOnStage(aws.stage()), { ...flags, to }, { signal: never, tell: () => undefined });

  beforeEach(async () => {
    aws = await ScriptedAws.start();
    const outputs = { EmulatorFunctionName: 'sender' };
    aws.answers.set('DescribeStacks', stacksAnswer({ 'pinterest-dev-emulator': outputs }));
  });
  afterEach(() => aws.stop());

  test('posts, seed and destination are in the event', async () => {
    aws.answers.set(invocation('sender'), { body: JSON.stringify(report(0, 5)) });
    expect(await run('topics')).toEqual(report(0, 5));
    expect(aws.requests.at(-1)?.input).toEqual({
      destination: 'topics',
      mode: 'random',
      seed: 100,
      posts: 5,
    });
  });

  test('both destinations are two invocations', async () => {
    aws.answers.set(invocation('sender'), { body: JSON.stringify(report(0, 5)) });
    expect(reportsOf(await run('both'))).toHaveLength(2);
    const events = aws.requests.filter(({ operation }) => operation === invocation('sender'));
    expect(events.map(({ input }) => input.destination).sort()).toEqual(['streams', 'topics']);
  });

  test('what the function raises is told, and it is not invoked again', async () => {
    aws.answers.set(invocation('sender'), functionError('RangeError', 'The source is empty.'));
    await expect(run('topics')).rejects.toThrow(
      'The function sender failed with RangeError: The source is empty.',
    );
    aws.answers.set(invocation('sender'), { status: 500, body: '{"message":"Service exception"}' });
    await expect(run('topics')).rejects.toThrow();
    expect(aws.requests.filter(({ operation }) => operation === invocation('sender'))).toHaveLength(2);
  });
});
