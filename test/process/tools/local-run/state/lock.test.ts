import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { startTime } from '../../../../../tools/processes/identity.cjs';
import { LockedError, lockHolder, takeLock, waitForLock } from '../../../../../tools/local-run/state/lock';

describe('a lock', () => {
  let folder: string;
  let file: string;

  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'lock-test-'));
    file = path.join(folder, 'sub', 'lock');
  });

  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  test('is held by one at a time and leaves nothing behind', () => {
    const lock = takeLock(file, 'the thing');
    expect(lockHolder(file)?.pid).toBe(process.pid);
    expect(() => takeLock(file, 'the thing')).toThrow(
      `the thing is in use by the process with pid ${process.pid}.`,
    );
    lock.release();
    expect(readdirSync(path.dirname(file))).toEqual([]);
    takeLock(file, 'the thing').release();
  });

  test.each([
    ['an ended process', JSON.stringify({ pid: 2 ** 22 + 1, startTime: 'x' })],
    ['a pid that is used again', JSON.stringify({ pid: process.pid, startTime: 'another time' })],
    ['a half-written file', '{"pid":'],
    ['an empty file', ''],
    ['something else', 'null'],
  ])('of %s is taken over', (_, content) => {
    takeLock(file, 'the thing').release();
    writeFileSync(file, content);
    const lock = takeLock(file, 'the thing');
    expect(lockHolder(file)?.pid).toBe(process.pid);
    lock.release();
    expect(existsSync(file)).toBe(false);
  });

  test('of another live process is respected until that ends', async () => {
    const other = spawn(process.execPath, ['-e', 'setTimeout(() => {}, 60000)']);
    try {
      await once(other, 'spawn');
      takeLock(file, 'the thing').release();
      const pid = other.pid ?? 0;
      writeFileSync(file, JSON.stringify({ pid, startTime: startTime(pid) }));
      expect(() => takeLock(file, 'the thing')).toThrow(LockedError);

      const waited: number[] = [];
      const waiting = waitForLock(file, 'the thing', (holder) => waited.push(holder.pid));
      await new Promise((resolve) => setTimeout(resolve, 300));
      other.kill('SIGKILL');
      (await waiting).release();
      expect(waited).toEqual([pid]);
    } finally {
      other.kill('SIGKILL');
    }
  });

  test('is not released by one who no longer holds it', () => {
    const lock = takeLock(file, 'the thing');
    writeFileSync(file, JSON.stringify({ pid: process.ppid, startTime: startTime(process.ppid) }));
    lock.release();
    expect(lockHolder(file)?.pid).toBe(process.ppid);
  });

  test('is not waited for when aborted', async () => {
    const lock = takeLock(file, 'the thing');
    const abort = new AbortController();
    const waiting = waitForLock(file, 'the thing', () => undefined, abort.signal);
    abort.abort(new Error('enough'));
    await expect(waiting).rejects.toThrow('enough');
    lock.release();
  });

  test('goes to exactly one of many processes that find a dead one', async () => {
    takeLock(file, 'the thing').release();
    writeFileSync(file, '{"pid":');
    const script = `
      const { takeLock } = require(${JSON.stringify(path.resolve(__dirname, '../../../../../tools/local-run/state/lock.ts'))});
      try { takeLock(process.argv[1], 'x'); console.log('taken'); }
      catch (error) { console.log(error.name); }
      process.stdin.resume(); // Lives, and holds what it took, until all have tried.`;
    const children = Array.from({ length: 4 }, () =>
      spawn(process.execPath, ['--import', 'tsx', '-e', script, file], {
        cwd: path.resolve(__dirname, '../../../../..'),
      }),
    );
    const results = await Promise.all(
      children.map(async (child) => {
        const first = await Promise.race([once(child.stdout, 'data'), once(child, 'close')]);
        return String(first[0]).trim();
      }),
    );
    await Promise.all(
      children.map((child) => {
        child.stdin.end();
        return once(child, 'close');
      }),
    );
    expect(results.sort()).toEqual(['LockedError', 'LockedError', 'LockedError', 'taken']);
  });
});
