import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { runningLocalDeployment } from '../../../cli/local-deployment';
import { openState, stateFolder, writeJson } from '../../../local-run/state/state-folder';

let root: string;

beforeEach(() => {
  root = mkdtempSync(path.join(tmpdir(), 'local-deployment-test-'));
});

afterEach(() => {
  rmSync(root, { recursive: true });
});

/** What a run writes whose local AWS is down: nothing listens on port 1. */
function writeRun(): void {
  writeJson(path.join(stateFolder('me', root), 'run.json'), {
    userId: 'me',
    region: 'us-east-1',
    endpointUrl: 'http://127.0.0.1:1',
    accessKeyId: 'LOCALAAAAAAAAAAAAAAA',
    bootstrapServers: '127.0.0.1:1',
    connectUrl: 'http://127.0.0.1:1',
    restProxyUrl: 'http://127.0.0.1:1',
  });
}

test('without a run, it says how to start one', async () => {
  await expect(runningLocalDeployment('me', root)).rejects.toThrow('Start one: `npm start -- --user-id me`.');
});

test('after a run that was killed, it says how to start it again', async () => {
  openState('me', root).close();
  writeRun();
  await expect(runningLocalDeployment('me', root)).rejects.toThrow(
    /does not answer at http:\/\/127\.0\.0\.1:1: .+ Start it: `npm start -- --user-id me`\./,
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
