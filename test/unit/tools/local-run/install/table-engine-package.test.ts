import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import {
  pipTarget,
  sizesOf,
  TABLE_ENGINE_PACKAGE,
} from '../../../../../tools/local-run/install/table-engine-package';

test('for the local interpreter pip chooses by itself', () => {
  expect(pipTarget('local')).toEqual([]);
});

test('for Lambda the wheels are those of its Linux, processor and Python', () => {
  const args = pipTarget({ architecture: 'arm64', python: '3.12' });
  const platforms = args.filter((_, index) => args[index - 1] === '--platform');
  expect(platforms).toContain('manylinux2014_aarch64');
  expect(platforms.at(-1)).toBe('manylinux_2_34_aarch64');
  expect(args.slice(-4)).toEqual(['--implementation', 'cp', '--python-version', '3.12']);
});

test('up to Python 3.11 Lambda has an older glibc', () => {
  const args = pipTarget({ architecture: 'x86_64', python: '3.11' });
  expect(args).toContain('manylinux_2_26_x86_64');
  expect(args.join(' ')).not.toContain('manylinux_2_27');
});

test('another service may have a newer glibc under the same Python', () => {
  const args = pipTarget({ architecture: 'arm64', python: '3.11', glibcMinor: 34 });
  expect(args).toContain('manylinux_2_34_aarch64');
});

test('sizes are of whole entries', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'sizes-'));
  try {
    mkdirSync(path.join(folder, 'a', 'b'), { recursive: true });
    writeFileSync(path.join(folder, 'a', 'one'), 'x'.repeat(10));
    writeFileSync(path.join(folder, 'a', 'b', 'two'), 'x'.repeat(5));
    writeFileSync(path.join(folder, 'three'), 'x');
    expect(Object.fromEntries(sizesOf(folder))).toEqual({ a: 15, three: 1 });
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('the stamp is the same as long as no source changes', () => {
  expect(TABLE_ENGINE_PACKAGE.stamp()).toBe(TABLE_ENGINE_PACKAGE.stamp());
});
