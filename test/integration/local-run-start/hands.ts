/** What a person does to a run that continues: by the command line, and by the functions behind it. */
import { setTimeout as sleep } from 'node:timers/promises';
import { FEED_NAMES } from '../../../services/contract';
import { LocalPipeline } from '../../../tools/local-run/local-pipeline';
import { BROKEN_KINDS, type BrokenRecord } from '../../../tools/pipeline/hands';
import { runFile, startCommand, type Start } from '../local-run-harness';

/** A run under way. */
export interface RunUnderWay {
  readonly userId: string;
  /** Its start, once there is one. */
  readonly started: () => Start;
  /** Waits for so many reports more. @returns the last lines of both paths. */
  readonly untilReports: (count: number) => Promise<string>;
}

/** The test. */
export function handsOn({ userId, started, untilReports }: RunUnderWay): void {
  test('a person pauses the posts, sends broken records, and ends and freezes parts, with nothing lost or doubled', async () => {
    const one = started();
    const local = new LocalPipeline(userId);
    const control = { signal: new AbortController().signal, tell: () => undefined };
    const command = async (...args: string[]): Promise<unknown> => {
      const all = [...'run -s pipeline --'.split(' '), ...args, '--user-id', userId, '--json'];
      const started = startCommand('npm', all);
      const { code } = await started.ended();
      expect([code, started.output()]).toEqual([0, expect.anything()]);
      return JSON.parse(started.output());
    };

    expect(await local.emulator()).toEqual({ paused: false, rate: 5 });
    expect(await command('emulator', 'pause')).toEqual({ paused: true, rate: 5 });
    await untilReports(1); // Of the cycle in which it was paused.
    expect(await untilReports(1)).toContain('  0 random posts, batch');
    expect(await local.setEmulator({ rate: 50 })).toEqual({ paused: true, rate: 50 });
    expect(await command('emulator', 'resume')).toEqual({ paused: false, rate: 50 });
    await untilReports(1);
    expect(await untilReports(1)).toMatch(/ [1-9]\d* random posts, batch/);

    const broken = (['topics', 'streams'] as const).flatMap((to) =>
      FEED_NAMES.map((feed, n): BrokenRecord => ({ feed, to, kind: BROKEN_KINDS[n] ?? 'not-json' })),
    );
    for (const record of broken) {
      expect(await local.sendBroken(record, control)).toMatchObject({
        ...record,
        place: expect.stringMatching(/ (partition|sequence number) \d+/) as string,
      });
    }

    // Oftener than a part may die.
    for (let n = 0; n < 4; n += 1) {
      const { pid } = runFile(userId).parts.find(({ name }) => name === 'rest-proxy') ?? { pid: 0 };
      const action = n % 2 === 0 ? 'kill' : 'restart';
      const asked = n === 0 ? command('part', 'rest-proxy', action) : undefined;
      await (asked ?? local.actOnPart({ part: 'rest-proxy', action }, control));
      const isBack = (): boolean =>
        runFile(userId).parts.some((part) => part.name === 'rest-proxy' && part.pid !== pid);
      for (const late = Date.now() + 120_000; !isBack();) {
        await sleep(100);
        if (one.process.exitCode !== null || Date.now() > late) throw new Error(one.output());
      }
    }
    expect(one.output().match(/rest-proxy was ended by command/g)).toHaveLength(4);

    await local.actOnPart({ part: 'kafka', action: 'freeze' }, control);
    await one.until(/kafka is frozen/, 30);
    expect((await local.parts()).map(({ name, state }) => [name, state])).toContainEqual(['kafka', 'frozen']);
    await local.actOnPart({ part: 'kafka', action: 'thaw' }, control);
    await one.until(/kafka runs on/, 30);

    expect((await untilReports(2)).match(/missing 0, duplicate 0/g)).toHaveLength(6); // Three feeds on two paths.
    const { feeds, streams, ok } = await local.reconcile({}, control);
    expect(ok).toBe(true);
    // A text is no object: the sink refuses it; the function of a stream puts it into the quarantine like the others.
    expect(feeds.map(({ deadLetters, quarantine }) => [deadLetters, quarantine])).toEqual([
      [1, 0],
      [0, 1],
      [0, 1],
    ]);
    expect(streams.map(({ quarantine }) => quarantine)).toEqual([1, 1, 1]);
  }, 900_000);
}
