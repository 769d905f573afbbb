import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { MARK_VARIABLE } from '../../../../tools/processes/identity.cjs';
import { openAddress } from '../../../../tools/web/open-address';

const ADDRESS = 'http://127.0.0.1:1/?a=$(id)&b';
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'open-address-'));
});

afterEach(() => {
  rmSync(folder, { recursive: true });
});

/** A program that writes what it was given into a file, under the names that platforms have for it. */
function installOpener(seen: string): void {
  for (const name of ['xdg-open', 'open']) {
    const file = path.join(folder, name);
    const script = `#!/bin/sh\nprintf '%s|%s|%s' "$#" "$1" "$${MARK_VARIABLE}" > ${seen}.new && mv ${seen}.new ${seen}\n`;
    writeFileSync(file, script);
    chmodSync(file, 0o700);
  }
}

test('the address goes to the opener as it is, without a shell and without the mark of the run', async () => {
  const seen = path.join(folder, 'seen');
  installOpener(seen);
  const env = { PATH: `${folder}:/usr/bin:/bin`, [MARK_VARIABLE]: 'pipeline-1' };
  const sentences: string[] = [];
  await openAddress(ADDRESS, sentences.push.bind(sentences), env);
  while (!existsSync(seen)) await sleep(10);
  expect(sentences).toEqual([]);
  expect(readFileSync(seen, 'utf8')).toBe(`1|${ADDRESS}|`);
});

test('without an opener the sentence has the address', async () => {
  const sentences: string[] = [];
  await openAddress(ADDRESS, sentences.push.bind(sentences), { PATH: folder });
  expect(sentences).toEqual([
    expect.stringContaining(`on the PATH to open a browser: open ${ADDRESS} yourself.`),
  ]);
});
