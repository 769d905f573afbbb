import { createApiClient } from '../../../../services/emulator/api-client';
import { sendOne, type SingleRecord } from '../../../../services/emulator/send-one';
import { EmulatorWorld, generatedSource } from './ports';
import { startScriptedApi, type Script, type ScriptedApi } from './scripted-api';
import { startScriptedStreams } from './scripted-streams';
import { answer } from './scripted-server';

const RECORD: SingleRecord = {
  ...{ userId: 'me', destination: 'topics', feed: 'geo', run: 'broken' },
  ...{ key: 7, value: '"no object"' },
};

async function send(world: EmulatorWorld<{ readonly url: string }>, record: SingleRecord) {
  const credentials = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'secret' };
  const api = createApiClient({ apiUrl: world.api.url, region: 'us-east-1', credentials });
  try {
    return await sendOne(record, { api, ledger: world.ledger, clock: world.clock });
  } finally {
    api.close();
  }
}

async function withTopics(
  script: Script | undefined,
  use: (world: EmulatorWorld<ScriptedApi>) => Promise<void>,
) {
  const api = await startScriptedApi(script);
  try {
    await use(new EmulatorWorld(api));
  } finally {
    await api.close();
  }
}

test('a record goes to the topic as it is, and is noted where it was acknowledged, each after the last', () =>
  withTopics(undefined, async (world) => {
    expect(await send(world, RECORD)).toMatchObject({ offsets: [[expect.any(Number), 0, 0]] });
    await send(world, RECORD);
    expect(world.api.topics.get('me.geo')).toEqual([
      expect.objectContaining({ key: 7, value: 'no object' }),
      expect.objectContaining({ key: 7, value: 'no object' }),
    ]);
    expect([...world.ledger.texts.keys()]).toEqual([
      'sent/broken/00000000.jsonl',
      'sent/broken/00000001.jsonl',
    ]);
    const common = { run: 'broken', feed: 'geo', sent: 1, acknowledged: 1, failed: 0 };
    expect(world.ledger.lines()).toMatchObject([
      { ...common, from: 0, to: 1 },
      { ...common, from: 1, to: 2 },
    ]);
  }));

test('to the streams it is noted in a run of their own', async () => {
  const api = await startScriptedStreams();
  try {
    const world = new EmulatorWorld(api);
    const acknowledged = await send(world, { ...RECORD, destination: 'streams' });
    const sequences = 'sequences' in acknowledged ? acknowledged.sequences : {};
    expect(Object.values(sequences).flat()).toHaveLength(1);
    expect(world.ledger.lines()).toMatchObject([
      { run: 'broken-streams', path: 'streams', sequences, sent: 1, acknowledged: 1 },
    ]);
  } finally {
    await api.close();
  }
});

test('of a record that is refused nothing is noted, and an emulation is not disturbed', () =>
  withTopics(
    (request, response) => {
      const isBroken = request.records.some(({ value }) => typeof value !== 'object');
      return isBroken && answer(response, 403, { message: 'no' });
    },
    async (world) => {
      await expect(send(world, RECORD)).rejects.toThrow(/^The record was not acknowledged: .*403/);
      expect(world.ledger.texts.size).toBe(0);
      expect(await world.run({ mode: 'all' }, generatedSource(3))).toMatchObject({ ok: true, posts: 3 });
    },
  ));
