import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { MARK_VARIABLE, startTime } from '../../../../../tools/processes/identity.cjs';
import { endLeftovers, leftovers, writeRunFile } from '../../../../../tools/local-run/state/run-file';
import { RUN } from './example-run';

describe('what a crashed run left behind', () => {
  let folder: string;
  let child: ChildProcess;
  let pid: number;

  beforeEach(async () => {
    folder = mkdtempSync(path.join(tmpdir(), 'run-file-test-'));
    child = spawn(process.execPath, ['-e', 'setTimeout(() => {}, 60000)'], {
      env: { ...process.env, [MARK_VARIABLE]: 'pipeline-left.3.' },
    });
    await once(child, 'spawn');
    pid = child.pid ?? 0;
  });

  afterEach(() => {
    child.kill('SIGKILL');
    rmSync(folder, { recursive: true });
  });

  const part = (started: string) => ({ name: 'kafka', pid, startTime: started, port: 2, logFile: 'x' });

  test('is found by pid and start time, and ended', async () => {
    writeRunFile(folder, { ...RUN, parts: [part(startTime(pid) ?? '')] });
    const exited = once(child, 'exit');
    const ended: string[] = [];
    await endLeftovers(folder, ({ name }) => ended.push(name));
    expect(ended).toEqual(['kafka']);
    expect(await exited).toEqual([null, 'SIGTERM']);
    expect(existsSync(path.join(folder, 'run.json'))).toBe(false);
  });

  test('is left alone when the pid is used again', async () => {
    writeRunFile(folder, { ...RUN, parts: [part('another time')] });
    await endLeftovers(folder, () => undefined);
    expect(child.exitCode).toBeNull();
    expect(startTime(pid)).toBeDefined();
  });

  test('is found by its mark where there is /proc', () => {
    writeRunFile(folder, { ...RUN, mark: 'pipeline-left' });
    expect(leftovers(folder).map((one) => one.pid)).toEqual(process.platform === 'linux' ? [pid] : []);
  });

  test.each(['', '{"parts":', '[]', 'null', '{"parts":[null]}', '{"parts":{},"mark":7}', '{"mark":""}'])(
    'is nothing by a run.json of %j',
    async (content) => {
      writeFileSync(path.join(folder, 'run.json'), content);
      await endLeftovers(folder, () => undefined);
      expect(existsSync(path.join(folder, 'run.json'))).toBe(false);
      expect(startTime(pid)).toBeDefined();
    },
  );
});
