import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { LocalAwsError, runningLocalDeployment } from '../../../../tools/local-run/local-deployment';
import { statusByProcesses } from '../../../../tools/local-run/process-status';
import { formatStatus } from '../../../../tools/cli/format-status';
import { startTime } from '../../../../tools/processes/identity.cjs';
import { ScriptedAws, stacksAnswer } from '../deployed-stage/scripted-aws';
import { openState, stateFolder, writeJson } from '../../../../tools/local-run/state/state-folder';

let root: string;

beforeEach(() => {
  root = mkdtempSync(path.join(tmpdir(), 'local-deployment-test-'));
});

afterEach(() => {
  rmSync(root, { recursive: true });
});

/** What a run writes whose local AWS is down: nothing listens on port 1. */
function writeRun(more: object = {}): void {
  writeJson(path.join(stateFolder('me', root), 'run.json'), {
    userId: 'me',
    region: 'us-east-1',
    endpointUrl: 'http://127.0.0.1:1',
    accessKeyId: 'LOCALAAAAAAAAAAAAAAA',
    bootstrapServers: '127.0.0.1:1',
    connectUrl: 'http://127.0.0.1:1',
    restProxyUrl: 'http://127.0.0.1:1',
    ...more,
  });
}

test('without a run, it says how to start one', async () => {
  await expect(runningLocalDeployment('me', root)).rejects.toThrow('Start one: `npm start -- --user-id me`.');
});

test('after a run that was killed, it says how to start it again', async () => {
  openState('me', root).close();
  writeRun();
  await expect(runningLocalDeployment('me', root)).rejects.toThrow(
    /does not respond at http:\/\/127\.0\.0\.1:1: .+ Start it: `npm start -- --user-id me`\./,
  );
});

test('of a live run whose local AWS is down, it does not say to start it', async () => {
  const state = openState('me', root);
  writeRun();
  await expect(runningLocalDeployment('me', root)).rejects.toThrow(
    new RegExp(
      `runs \\(pid ${process.pid}\\), but its local AWS at http://127\\.0\\.0\\.1:1 cannot be asked now`,
    ),
  );
  state.close();
});

test.each([
  [{}, 'No stack named me-local-\\* is deployed\\.'],
  [
    { 'me-local-api': { ApiUrl: 'http://127.0.0.1' } },
    'The 1 stacks me-local-\\* lack the outputs .+ deployed\\.',
  ],
])(
  'of a live run that has not deployed yet, with the stacks %j, each sentence ends once',
  async (stacks, reason) => {
    const aws = await ScriptedAws.start();
    aws.answers.set('DescribeStacks', stacksAnswer(stacks));
    const state = openState('me', root);
    writeRun({ endpointUrl: aws.url });
    try {
      await expect(runningLocalDeployment('me', root)).rejects.toThrow(
        new RegExp(
          `cannot be asked now: ${reason} It is being started or restarted; try again in a moment\\.$`,
        ),
      );
    } finally {
      state.close();
      await aws.stop();
    }
  },
);

test('of a run whose local AWS is down, the parts that run are told from those that do not', async () => {
  openState('me', root).close();
  const part = { pid: process.pid, port: 7, logFile: '/logs/part.log' };
  writeRun({
    parts: [
      { ...part, name: 'kafka', startTime: startTime(process.pid) },
      { ...part, name: 'ministack', startTime: 'of another process that had this pid' },
    ],
  });
  const error: unknown = await runningLocalDeployment('me', root).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(LocalAwsError);
  const found = statusByProcesses(error as LocalAwsError);
  expect(found).toEqual({
    stage: 'local',
    userId: 'me',
    problem: expect.stringContaining('does not respond at http://127.0.0.1:1') as string,
    parts: [
      { part: 'kafka', up: true, detail: `pid ${process.pid}, port 7` },
      { part: 'ministack', up: false, detail: `pid ${process.pid} has ended; its log is /logs/part.log` },
    ],
  });
  expect(formatStatus(found)).toMatch(/\nkafka +running +pid \d+, port 7\nministack +NOT RUNNING +pid/);
});

test('without parts in its run.json the problem alone is said', () => {
  const down = new LocalAwsError('It is down.', 'me', stateFolder('me', root));
  expect(formatStatus(statusByProcesses(down))).toBe('Pipeline me, stage local\nIt is down.');
});
