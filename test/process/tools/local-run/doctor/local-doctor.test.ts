/** `doctor` of this machine, with state folders as runs leave them. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { CheckResult } from '../../../../../tools/pipeline/doctor/check';
import { doctorOfLocalRun } from '../../../../../tools/local-run/doctor/local-doctor';
import { memoryFinding, nodeFinding } from '../../../../../tools/local-run/doctor/machine-checks';
import { startTime } from '../../../../../tools/processes/identity.cjs';

let root: string;
let folder: string;
const environment = process.env;

beforeEach(() => {
  root = mkdtempSync(path.join(tmpdir(), 'doctor-test-'));
  folder = path.join(root, 'me');
});
afterEach(() => {
  process.env = environment;
  rmSync(root, { recursive: true });
});

function write(name: string, value: unknown): void {
  mkdirSync(folder, { recursive: true });
  writeFileSync(path.join(folder, name), typeof value === 'string' ? value : JSON.stringify(value));
}

const STATE = { version: 1, userId: 'me', accessKeyId: 'LOCALABCDEFABCDEF123', ports: {} };
const run = (changes: object): object => ({
  userId: 'me',
  startedAt: '2026-01-01T00:00:00Z',
  region: 'us-east-1',
  endpointUrl: 'http://127.0.0.1:1',
  accessKeyId: 'LOCAL',
  bootstrapServers: '127.0.0.1:1',
  connectUrl: 'http://127.0.0.1:1',
  restProxyUrl: 'http://127.0.0.1:1',
  database: { host: '127.0.0.1', port: 1 },
  parts: [],
  ...changes,
});

async function line(check: string): Promise<CheckResult | undefined> {
  return (await doctorOfLocalRun('me', root)).find((one) => one.check === check);
}

test('a machine on which nothing runs is asked for its tools, its room and its ports', async () => {
  const results = await doctorOfLocalRun('me', root);
  expect(results.map(({ check }) => check.replace(/ \(JAVA_HOME.*/, ''))).toEqual([
    ...['node', 'java', 'javac', 'mvn', 'python3', 'python3 venv', 'installed parts'],
    ...['disk', 'memory', 'state folder', 'run', 'ports'],
  ]);
  expect(results.find(({ check }) => check === 'run')).toEqual({
    check: 'run',
    status: 'warning',
    seen: 'no pipeline of the user id "me" runs',
    remedy: '`npm start -- --user-id me` starts one.',
  });
  expect(results[0]).toEqual({ check: 'node', status: 'ok', seen: process.versions.node, remedy: null });
});

test('a missing tool is named with what is needed, and fails where a run needs it', async () => {
  process.env = { ...environment, PATH: root, JAVA_HOME: '' };
  expect(await line('java')).toEqual({
    check: 'java',
    status: 'failed',
    seen: 'not found',
    remedy: expect.stringContaining('apt install openjdk-17-jdk-headless') as string,
  });
});

test('an old Node and little memory are told', () => {
  expect(nodeFinding('18.20.1')).toMatchObject({
    status: 'failed',
    seen: '18.20.1, and 20.19.4 or newer is needed',
  });
  expect(nodeFinding('20.19.3').status).toBe('failed');
  expect(nodeFinding('20.19.10').status).toBe('ok');
  expect(nodeFinding('24.0.0').status).toBe('ok');
  expect(memoryFinding(false, 1e9)).toMatchObject({
    status: 'warning',
    seen: '1.0 GB available, a run takes up to 3.0 GB',
  });
  expect(memoryFinding(true, 1e9).status).toBe('ok');
});

test('a state folder of another version has failed, with the way to forget it', async () => {
  write('state.json', { ...STATE, version: 0 });
  expect(await line('state folder')).toMatchObject({
    status: 'failed',
    seen: expect.stringContaining('it has version 0, and version 1 was expected') as string,
    remedy: 'Forget its data: `npm run reset -- --user-id me`.',
  });
});

test('a port of the last run that another program has is named', async () => {
  const server = createServer().listen({ host: '127.0.0.1', port: 0 });
  await once(server, 'listening');
  try {
    const { port } = server.address() as AddressInfo;
    write('state.json', { ...STATE, ports: { kafka: port } });
    expect(await line('ports')).toMatchObject({
      status: 'warning',
      seen: `taken by other programs: kafka ${port}`,
    });
  } finally {
    server.close();
  }
});

test('a stale lock is told, and what a killed run has left behind has failed', async () => {
  write('state.json', STATE);
  write('lock', { pid: process.pid, startTime: 'another boot' });
  expect(await line('run')).toMatchObject({ status: 'warning', seen: 'a run was killed; its data is there' });

  const child = spawn(process.execPath, ['-e', 'setTimeout(() => {}, 600000)']);
  try {
    const pid = child.pid ?? 0;
    const part = { name: 'kafka', pid, startTime: startTime(pid), port: 1, logFile: 'x' };
    write('run.json', run({ parts: [part] }));
    expect(await line('run')).toMatchObject({
      status: 'failed',
      seen: `a run has ended and left behind: kafka (pid ${pid})`,
    });
  } finally {
    child.kill('SIGKILL');
    await once(child, 'close');
  }
});

test('of a run every part is asked: one that has ended, one that does not respond, one that does not exist yet', async () => {
  // Takes connections and says nothing, as a frozen server does.
  const frozen = createServer().listen({ host: '127.0.0.1', port: 0 });
  await once(frozen, 'listening');
  try {
    const { port } = frozen.address() as AddressInfo;
    const here = { pid: process.pid, startTime: startTime(process.pid), port, logFile: 'its.log' };
    write('state.json', STATE);
    write('lock', { pid: process.pid, startTime: startTime(process.pid) });
    write(
      'run.json',
      run({
        endpointUrl: `http://127.0.0.1:${port}`,
        database: { host: '127.0.0.1', port },
        parts: [
          { ...here, name: 'mariadb' },
          { ...here, name: 'kafka', startTime: 'before' },
          { ...here, name: 'rest-proxy' },
        ],
      }),
    );
    const results = await doctorOfLocalRun('me', root, 2_000);
    const found = (check: string) => results.find((one) => one.check === check);
    expect(found('run')).toMatchObject({
      status: 'ok',
      seen: `runs since 2026-01-01T00:00:00Z, pid ${process.pid}`,
    });
    expect(found('mariadb')).toMatchObject({ status: 'unknown', seen: 'no response within 2 s' });
    expect(found('kafka')).toMatchObject({
      status: 'failed',
      seen: `its process (pid ${process.pid}) has ended`,
      remedy: expect.stringContaining('its.log') as string,
    });
    expect(found('rest-proxy')).toMatchObject({
      status: 'failed',
      seen: expect.stringContaining('does not do its work: fetch failed') as string,
    });
    expect(found('ministack')).toMatchObject({ status: 'failed', seen: 'has not been started' });
    expect(found('stacks')).toMatchObject({ status: 'unknown', seen: 'no response within 2 s' });
  } finally {
    frozen.close();
  }
});
