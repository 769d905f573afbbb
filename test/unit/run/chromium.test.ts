import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { aptGet, ensureChromium, findChromium } from '../../run/chromium';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'chromium-test-'));
});

afterEach(() => {
  rmSync(folder, { recursive: true });
});

/** Programs of these names, and an environment that has only them. */
function having(...names: string[]): { PATH: string } {
  for (const name of names) writeFileSync(path.join(folder, name), '#!/bin/sh\n', { mode: 0o755 });
  return { PATH: folder };
}

test.each([
  [['google-chrome', 'chromium'], 'chromium'],
  [['google-chrome', 'chromium-browser'], 'chromium-browser'],
  [['google-chrome'], 'google-chrome'],
])('of %j, %s is taken', (names, taken) => {
  expect(findChromium(having(...names))).toBe(path.join(folder, taken));
});

test('CHROMIUM goes before the others, by its name or its path', () => {
  const env = having('chromium', 'brave');
  const brave = path.join(folder, 'brave');
  expect(findChromium({ ...env, CHROMIUM: 'brave' })).toBe(brave);
  expect(findChromium({ ...env, CHROMIUM: brave })).toBe(brave);
  expect(findChromium({ ...env, CHROMIUM: '' })).toBe(path.join(folder, 'chromium'));
});

test('without one, the sentence names the packages and the variable', async () => {
  const all =
    /need Chromium, and none of chromium, .* is on the PATH\. Install it \("apt-get install chromium .*set CHROMIUM/;
  expect(() => findChromium(having())).toThrow(all);
  await expect(ensureChromium(having())).rejects.toThrow(all); // There is no apt-get either.
});

test('a CHROMIUM that is not there is named, and none is installed in its place', async () => {
  const env = { ...having('chromium', 'apt-get'), CHROMIUM: '/opt/none' };
  await expect(ensureChromium(env)).rejects.toThrow('CHROMIUM is "/opt/none", where there is no program');
});

test('apt-get runs as root, or by a sudo that asks nothing', () => {
  const env = having('apt-get');
  expect(aptGet(env, true)?.slice(0, 3)).toEqual(['env', 'DEBIAN_FRONTEND=noninteractive', 'apt-get']);
  expect(aptGet(env, false)).toBeUndefined();
  expect(aptGet(having('sudo'), false)?.slice(0, 3)).toEqual(['sudo', '-n', 'env']);
});
