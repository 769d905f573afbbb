/** The hands on parts that are real processes, with the files that a run keeps. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import {
  actOnPart,
  changeEmulator,
  emulatorState,
  PART_NAMES,
  partStates,
} from '../../../../tools/local-run/hands';
import { takeAskedEnd } from '../../../../tools/local-run/state/asked-end';
import { writeEmulatorFile } from '../../../../tools/local-run/state/emulator-file';
import { takeLock, type Lock } from '../../../../tools/local-run/state/lock';
import { writeRunFile } from '../../../../tools/local-run/state/run-file';
import { lockFile } from '../../../../tools/local-run/state/state-folder';
import { startTime } from '../../../../tools/processes/identity.cjs';
import { RUN } from './state/example-run';

const { signal } = new AbortController();

let folder: string;
let lock: Lock;
let child: ChildProcess;
let pid: number;

beforeEach(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'hands-test-'));
  child = spawn(
    process.execPath,
    ['-e', "process.on('SIGTERM', () => process.exit(7)); setTimeout(() => {}, 60000); console.log()"],
    {
      stdio: ['ignore', 'pipe', 'ignore'],
    },
  );
  if (child.stdout) await once(child.stdout, 'data');
  pid = child.pid ?? 0;
  lock = takeLock(lockFile(folder), 'the test');
  mkdirSync(path.join(folder, 'logs'));
  writeFileSync(
    path.join(folder, 'logs', 'kafka.log'),
    Array.from({ length: 60 }, (_, n) => `line ${n}\n`).join(''),
  );
  run(startTime(pid) ?? '');
});

afterEach(() => {
  lock.release();
  child.kill('SIGKILL');
  rmSync(folder, { recursive: true });
});

const here = () => ({ userId: 'me', folder });

function run(started: string): void {
  const parts = [{ name: 'kafka', pid, startTime: started, port: 2, logFile: 'x' }];
  writeRunFile(folder, { ...RUN, parts });
}

const kafka = () => partStates(here()).find(({ name }) => name === 'kafka');

test('the state of each part, with the end of its log', () => {
  expect(partStates(here()).map(({ name, state }) => [name, state])).toEqual(
    PART_NAMES.map((name) => [name, name === 'kafka' ? 'up' : 'starting']),
  );
  expect(kafka()).toMatchObject({ pid, logFile: path.join(folder, 'logs', 'kafka.log') });
  expect(kafka()?.log).toEqual(Array.from({ length: 50 }, (_, n) => `line ${n + 10}`));
  run('another time');
  expect(kafka()).toMatchObject({ state: 'starting', pid: null });
  lock.release();
  expect(kafka()).toMatchObject({ state: 'down', pid: null });
});

test('freeze and thaw', async () => {
  const freeze = await actOnPart(here(), { part: 'kafka', action: 'freeze' }, signal);
  expect([freeze.state, kafka()?.state]).toEqual(['frozen', 'frozen']);
  const thaw = await actOnPart(here(), { part: 'kafka', action: 'thaw' }, signal);
  expect([thaw.state, kafka()?.state]).toEqual(['up', 'up']);
  expect(takeAskedEnd(folder, { name: 'kafka', pid })).toBe(false);
});

test.each([
  ['kill', null, 'SIGKILL'],
  ['restart', 7, null],
] as const)('%s ends a part, also a frozen one, and notes that it was asked for', async (action, ...exit) => {
  child.kill('SIGSTOP');
  const exited = once(child, 'exit');
  expect(await actOnPart(here(), { part: 'kafka', action }, signal)).toMatchObject({
    state: 'starting',
    pid: null,
  });
  expect(await exited).toEqual(exit);
  expect(takeAskedEnd(folder, { name: 'kafka', pid: pid + 1 })).toBe(false); // Of another process of the part.
  expect(takeAskedEnd(folder, { name: 'kafka', pid })).toBe(false); // A note is taken once.
});

test('the note of an end is of its process', async () => {
  await actOnPart(here(), { part: 'kafka', action: 'kill' }, signal);
  expect(takeAskedEnd(folder, { name: 'kafka', pid })).toBe(true);
  expect(takeAskedEnd(folder, { name: 'kafka', pid })).toBe(false);
});

test('what cannot be acted on is refused', async () => {
  const act = (part: string, action: string) => actOnPart(here(), { part, action: action as 'kill' }, signal);
  await expect(act('zookeeper', 'kill')).rejects.toThrow(
    'There is no part "zookeeper": expected kafka, kafka-connect, mariadb, ministack, rest-proxy.',
  );
  await expect(act('kafka', 'stop')).rejects.toThrow(
    'The action "stop" cannot be used: expected kill, freeze, thaw, restart.',
  );
  await expect(act('mariadb', 'kill')).rejects.toThrow(
    'The part mariadb is starting and has no process to kill',
  );
  run('another time'); // The pid is used again, by a process that is not ours.
  await expect(act('kafka', 'kill')).rejects.toThrow('The part kafka is starting');
  expect(child.exitCode).toBeNull();
  rmSync(path.join(folder, 'run.json'));
  expect(() => partStates(here())).toThrow('Start one: `npm start -- --user-id me`.');
});

test('the emulator is paused, and its rate changed, while a run lives', () => {
  expect(() => emulatorState(here())).toThrow('Start one: `npm start -- --user-id me`.');
  writeEmulatorFile(folder, { paused: false, rate: 10 });
  expect(changeEmulator(here(), { paused: true })).toEqual({ paused: true, rate: 10 });
  expect(changeEmulator(here(), { rate: 0 })).toEqual({ paused: true, rate: 0 });
  expect(emulatorState(here())).toEqual({ paused: true, rate: 0 });
  lock.release();
  expect(() => changeEmulator(here(), { paused: false })).toThrow('No pipeline of the user id "me" runs');
});
