import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { writeTar } from '../../../../../tools/local-run/install/tar';

let root: string;

beforeEach(() => {
  root = mkdtempSync(path.join(tmpdir(), 'tar-test-'));
});

afterEach(() => {
  rmSync(root, { recursive: true });
});

/** A folder with the same content each time, made in another order. */
function folder(name: string, order: readonly string[]): string {
  const files: Record<string, string> = { 'b/tool.sh': '#!/bin/sh\n', 'a.txt': 'x'.repeat(512), 'b/c/é': '' };
  for (const file of order) {
    const target = path.join(root, name, file);
    mkdirSync(path.dirname(target), { recursive: true });
    writeFileSync(target, files[file] ?? '');
    chmodSync(target, file.endsWith('.sh') ? 0o700 : 0o600);
  }
  return path.join(root, name);
}

test('what the system’s tar unpacks is what was packed, with the modes of a shared machine', () => {
  const archive = path.join(root, 'one.tar');
  writeTar(folder('one', ['a.txt', 'b/tool.sh', 'b/c/é']), archive);
  const out = path.join(root, 'out');
  mkdirSync(out);
  execFileSync('tar', ['-xpf', archive, '-C', out]);
  expect(readFileSync(path.join(out, 'a.txt'), 'utf8')).toBe('x'.repeat(512));
  expect(readFileSync(path.join(out, 'b', 'c', 'é'), 'utf8')).toBe('');
  const mode = (file: string): number => statSync(path.join(out, file)).mode & 0o777;
  expect([mode('a.txt'), mode('b/tool.sh'), mode('b')]).toEqual([0o644, 0o755, 0o755]);
});

test('the bytes do not depend on dates, on modes beyond "executable", or on the order of making', () => {
  const [one, two] = [path.join(root, 'one.tar'), path.join(root, 'two.tar')];
  writeTar(folder('one', ['a.txt', 'b/tool.sh', 'b/c/é']), one);
  const other = folder('two', ['b/c/é', 'b/tool.sh', 'a.txt']);
  utimesSync(path.join(other, 'a.txt'), 1, 2);
  chmodSync(path.join(other, 'a.txt'), 0o644);
  writeTar(other, two);
  expect(readFileSync(two).equals(readFileSync(one))).toBe(true);
  // Made on another machine: the same.
  expect(createHash('sha256').update(readFileSync(two)).digest('hex')).toBe(
    'a259e2a78ff9dfc0e3fcc7d2d753c44de96f43a06f958694871665f5959207ff',
  );
  writeFileSync(path.join(other, 'a.txt'), 'y');
  writeTar(other, two);
  expect(readFileSync(two).equals(readFileSync(one))).toBe(false);
});
