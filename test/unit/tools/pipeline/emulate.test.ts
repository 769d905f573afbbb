import { formatEmulation } from '../../../../tools/cli/format-jobs';
import { emulateBoth, reportsOf, type Emulate } from '../../../../tools/pipeline/emulate';
import { emulate, type EmulatorReport } from '../../../../services/emulator';
import { createApiClient } from '../../../../services/emulator/api-client';
import { JumpingClock, MemoryStore, generatedSource } from '../../services/emulator/ports';
import { startScriptedApi, type ScriptedApi, type Script } from '../../services/emulator/scripted-api';
import {
  startScriptedStreams,
  type ScriptedStreams,
  type StreamScript,
} from '../../services/emulator/scripted-streams';

// Under load a test may take many times as long.
const credentials = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'secret' };
const never = new AbortController().signal;

interface Both {
  readonly topics: ScriptedApi;
  readonly streams: ScriptedStreams;
  readonly ledger: MemoryStore;
  readonly emulateOne: Emulate;
}

/** The two APIs, and emulations of a thousand generated posts to them. */
async function withBoth(
  test: (both: Both) => Promise<void>,
  scripts: { topics?: Script; streams?: StreamScript } = {},
): Promise<void> {
  const topics = await startScriptedApi(scripts.topics);
  const streams = await startScriptedStreams(scripts.streams);
  const ledger = new MemoryStore();
  const emulateOne: Emulate = async (options, signal, onProgress) => {
    const apiUrl = options.destination === 'streams' ? streams.url : topics.url;
    const api = createApiClient({ apiUrl, region: 'us-east-1', credentials });
    const ports = { source: generatedSource(1000), api, ledger, clock: new JumpingClock() };
    try {
      return await emulate(options, ports, {
        signal,
        onProgress: ({ posts }) => onProgress?.(`sent ${posts}`),
      });
    } finally {
      api.close();
    }
  };
  try {
    await test({ topics, streams, ledger, emulateOne });
  } finally {
    await topics.close();
    await streams.close();
  }
}

test('both destinations get the same posts, under runs and progress lines of their own', () =>
  withBoth(async ({ topics, streams, ledger, emulateOne }) => {
    const said: string[] = [];
    const options = { seed: 7, posts: 30, rate: 0 } as const;
    const reports = await emulateBoth(emulateOne, options, never, (line) => said.push(line));
    expect(reports).toMatchObject({
      topics: { run: 'random-7', destination: 'topics', posts: 30, ok: true },
      streams: { run: 'random-7-streams', destination: 'streams', posts: 30, ok: true },
    });
    const keys = (topics.topics.get('pinterest.pin') ?? []).map(({ key }) => key);
    expect(keys).toHaveLength(30);
    expect(
      streams.streams.get('streaming-pinterest-pin')?.map(({ partitionKey }) => Number(partitionKey)),
    ).toEqual(keys);
    expect(said.sort()).toEqual(['streams: sent 30', 'topics: sent 30']);
    expect(new Set(ledger.lines().map(({ run }) => run))).toEqual(new Set(['random-7', 'random-7-streams']));
  }));

test('a name is the topics’ run’s, and the record route is for the streams alone', () =>
  withBoth(async ({ streams, emulateOne }) => {
    const options = { run: 'mine', posts: 3, rate: 0, streamRoute: 'record' } as const;
    const reports = await emulateBoth(emulateOne, options, never);
    expect(reports.topics).toMatchObject({ run: 'mine', ok: true });
    expect(reports.streams).toMatchObject({ run: 'mine-streams', ok: true });
    expect(streams.requests.map(({ route }) => route)).toEqual(Array.from({ length: 9 }, () => 'record'));
    const again = await emulateBoth(emulateOne, options, never);
    expect(reportsOf(again).map(({ from, to }) => [from, to])).toEqual([
      [3, 6],
      [3, 6],
    ]);
  }));

test('the signal stops both', () => {
  const controller = new AbortController();
  return withBoth(
    async ({ emulateOne }) => {
      const reports = await emulateBoth(
        emulateOne,
        { mode: 'all', rate: 0, batchPosts: 10 },
        controller.signal,
      );
      for (const report of reportsOf(reports)) expect(report).toMatchObject({ ended: 'stopped', ok: true });
    },
    {
      streams: ({ number }) => {
        if (number === 2) controller.abort();
        return false;
      },
    },
  );
});

test('when one cannot begin, the other stops with its ledger, and the reason is told', () =>
  withBoth(async ({ topics, streams, ledger, emulateOne }) => {
    const mine = { run: 'mine-streams', destination: 'topics', posts: 1, rate: 0 } as const;
    await emulateOne(mine, never);
    const before = topics.requests.length;
    await expect(emulateBoth(emulateOne, { run: 'mine', mode: 'random', rate: 1000 }, never)).rejects.toThrow(
      'The run mine-streams was sent to the topics and cannot continue to the streams.',
    );
    expect(streams.requests).toHaveLength(0);
    // Without an end to the posts, the call is over only because the emulation was stopped.
    const sent = topics.requests.length - before;
    expect(ledger.lines().filter(({ run }) => run === 'mine')).toHaveLength(sent);
  }));

test('reports are shown one after the other, each with its destination', () =>
  withBoth(async ({ emulateOne }) => {
    const reports = await emulateBoth(emulateOne, { posts: 4, rate: 0 }, never);
    const [topics, streams] = formatEmulation(reports).split('\n\n');
    expect(topics).toMatch(/^Run random-100 to the topics \(random, seed 100\) done: 4 posts in /);
    expect(streams).toMatch(/^Run random-100-streams to the streams \(random, seed 100\) done: 4 posts in /);
    const one: EmulatorReport = reports.streams;
    expect(reportsOf(one)).toEqual([one]);
  }));
