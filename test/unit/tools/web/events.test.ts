import { ScriptedPipeline, TestServer, sampleOf, until, type Listener } from './page-server';

let pipeline: ScriptedPipeline;
let page: TestServer;

async function start(
  methods: ConstructorParameters<typeof ScriptedPipeline>[0] = {},
  limits = {},
): Promise<void> {
  pipeline = new ScriptedPipeline(methods);
  page = await TestServer.start(pipeline, { limits });
}

afterEach(() => page.server.close());

const streams = (): number => page.server.counts().streams;

async function closeAll(listeners: readonly Listener[]): Promise<void> {
  for (const one of listeners) one.close();
  await until(() => streams() === 0);
}

test('the pipeline is watched once for all listeners, and only while there is one', async () => {
  await start({}, { lingerMs: 0 });
  expect(pipeline.flows).toHaveLength(0);
  const listeners = await Promise.all([page.listen(), page.listen(), page.listen()]);
  expect(pipeline.flows).toHaveLength(1);
  pipeline.onSample(sampleOf(5));
  await until(() => listeners.every((one) => one.of('flow').length === 1));
  await closeAll(listeners);
  await until(() => pipeline.flows[0]?.aborted === true);
  await page.listen();
  expect(pipeline.flows.map(({ aborted }) => aborted)).toEqual([true, false]);
  await page.server.close();
  expect(pipeline.flows.map(({ aborted }) => aborted)).toEqual([true, true]);
});

test('a page that is loaded again is shown the same flow going on', async () => {
  await start();
  const first = await page.listen();
  pipeline.onSample(sampleOf(5));
  await until(() => first.of('flow').length === 1);
  await closeAll([first]);
  const second = await page.listen();
  pipeline.onSample(sampleOf(6));
  await until(() => second.of('flow').length === 2);
  expect(pipeline.flows.map(({ aborted }) => aborted)).toEqual([false]);
});

test('a new listener gets the newest of everything, and the flow of the last minute', async () => {
  await start({ emulator: () => ({ paused: false, rate: 10 }) });
  const first = await page.listen();
  const samples = [
    sampleOf(1, new Date(Date.now() - 61_000).toISOString()),
    ...Array.from({ length: 70 }, (_, index) => sampleOf(index)),
  ];
  for (const sample of samples) pipeline.onSample(sample);
  await until(() => first.of('flow').length === samples.length && first.of('emulator').length === 1);
  const second = await page.listen();
  await until(() => second.of('flow').length === 60);
  expect(second.of('flow')).toEqual(samples.slice(-60));
  expect(second.of('emulator')).toEqual([{ paused: false, rate: 10 }]);
  expect(second.of('problem')).toEqual([null]);
  expect(second.events[0]).toMatchObject({
    name: 'about',
    data: {
      stage: 'local',
      userId: 'test',
      side: 'local',
      unsupportedOptions: { batch: { wait: expect.any(String) as string } },
    },
  });
});

test('a sample that is older than a minute is not sent to a new listener', async () => {
  await start();
  await page.listen();
  pipeline.onSample(sampleOf(1, new Date(Date.now() - 61_000).toISOString()));
  pipeline.onSample(sampleOf(2));
  const second = await page.listen();
  await until(() => second.of('flow').length > 0);
  expect(second.of('flow')).toMatchObject([{ stations: { tables: { total: 2 } } }]);
});

test('more streams than may be get a sentence, and the others go on', async () => {
  await start({}, { streams: 3 });
  const listeners = await Promise.all([page.listen(), page.listen(), page.listen()]);
  const { status, text } = await page.ask({ path: '/events' });
  expect([status, text]).toEqual([
    503,
    '{"error":"3 pages are open already: close one, and load this one again."}',
  ]);
  pipeline.onSample(sampleOf(1));
  await until(() => listeners.every((one) => one.of('flow').length === 1));
});

test('200 streams that came and went leave nothing behind', async () => {
  await start({}, { lingerMs: 0 });
  for (let round = 1; round <= 5; round += 1) {
    const listeners = await Promise.all(Array.from({ length: 40 }, () => page.listen()));
    expect(streams()).toBe(40);
    expect(pipeline.flows).toHaveLength(round);
    await closeAll(listeners);
    await until(() => pipeline.flows.at(-1)?.aborted === true);
  }
  expect(pipeline.flows.every(({ aborted }) => aborted)).toBe(true);
  await until(() => page.server.counts().connections === 0);
  expect(page.server.counts()).toEqual({ streams: 0, calls: 0, connections: 0 });
});

test('a reader that does not read is dropped, and the others get everything', async () => {
  await start({}, { unreadBytes: 200_000 });
  const slow = await page.listen();
  slow.response.pause();
  const quick = await page.listen();
  const raw = 'x'.repeat(100_000);
  let sent = 0;
  // The operating system takes some megabytes before the server notices.
  while (streams() === 2) {
    pipeline.onSample({ ...sampleOf(1), at: `${raw}${sent}` });
    sent += 1;
    await until(() => quick.of('flow').length === sent);
  }
  expect(quick.response.destroyed).toBe(false);
});

test('comments keep an idle connection', async () => {
  await start({}, { heartbeatMs: 10 });
  const { response } = await page.listen();
  await new Promise<void>((resolve) => {
    response.on('data', (text: string) => {
      if (text.includes(':\n\n')) resolve();
    });
  });
});

describe('what is wrong with the pipeline', () => {
  test('is said when its flow ends with an error, and taken back with the next sample', async () => {
    let attempts = 0;
    let onSample: (sample: unknown) => void = () => undefined;
    await start({
      flow: (_options: object, _control: object, take: typeof onSample) => {
        attempts += 1;
        if (attempts === 1) return Promise.reject(new Error('No pipeline runs.'));
        onSample = take;
        return new Promise(() => undefined);
      },
    });
    const listener = await page.listen();
    await until(() => listener.of('problem').length === 1);
    expect(listener.of('problem')).toEqual([{ message: 'No pipeline runs.' }]);
    await until(() => attempts === 2);
    onSample(sampleOf(1));
    await until(() => listener.of('problem').length === 2);
    expect(listener.of('problem')[1]).toBeNull();
  });

  test('is asked of the status when nothing is known of any station', async () => {
    await start({
      status: () => {
        throw new Error('The pipeline is being started.');
      },
    });
    const listener = await page.listen();
    pipeline.onSample(sampleOf(null));
    await until(() => listener.of('problem').length === 1);
    expect(listener.of('problem')).toEqual([{ message: 'The pipeline is being started.' }]);
    pipeline.onSample(sampleOf(1));
    await until(() => listener.of('problem').length === 2);
    expect(listener.of('problem')[1]).toBeNull();
  });

  test('is said of what cannot be read, and taken back when it can', async () => {
    const missing = new Error('There are no tables yet.');
    const document = { answers: [] };
    let isThere = false;
    await start({
      batch: () => undefined,
      answers: () => {
        if (!isThere) throw missing;
        return document;
      },
    });
    const listener = await page.listen();
    pipeline.onSample(sampleOf(0));
    await until(() => listener.of('unavailable').length === 2);
    expect(listener.of('unavailable')[1]).toEqual({ answers: missing.message });
    isThere = true;
    await page.call('batch');
    await until(() => listener.of('answers').length === 1 && listener.of('unavailable').length === 3);
    expect(listener.of('answers')).toEqual([{ document, at: expect.any(String) as string }]);
    expect(listener.of('unavailable')[2]).toEqual({});
  });
});

describe('what starts a process', () => {
  const ok = { ok: true };

  test('is not read while the pipeline cannot be asked', async () => {
    let asked = 0;
    await start({
      reconcile: () => ok,
      status: () => ({ problem: `It is down: ${(asked += 1)}.` }),
    });
    const listener = await page.listen();
    pipeline.onSample(sampleOf(null));
    await until(() => listener.of('problem').length === 1);
    pipeline.onSample(sampleOf(null));
    // The status is asked again after two seconds: the reconciliation had its turn meanwhile.
    await until(() => {
      pipeline.onSample(sampleOf(null));
      return asked === 2;
    });
    expect(pipeline.count('reconcile')).toBe(0);
  });

  test('is read once while nothing changes, and again after an action', async () => {
    await start({ reconcile: () => ok, setEmulator: () => undefined, parts: () => [{}] });
    const listener = await page.listen();
    pipeline.onSample(sampleOf(1));
    await until(() => listener.of('reconciliation').length === 1);
    expect(listener.of('reconciliation')).toEqual([{ result: ok, at: expect.any(String) as string }]);
    // The parts are read every two seconds: the reconciliation had its turn meanwhile.
    await until(() => {
      pipeline.onSample(sampleOf(1));
      return pipeline.count('parts') === 3;
    });
    expect(pipeline.count('reconcile')).toBe(1);
    expect(listener.of('parts')).toHaveLength(1); // They are sent when they have changed.
    await page.call('setEmulator', { paused: true });
    await until(() => pipeline.count('reconcile') === 2);
  });
});
