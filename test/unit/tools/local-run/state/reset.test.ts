import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { knownUserIds, resetState } from '../../../../../tools/local-run/state/reset';
import { openState } from '../../../../../tools/local-run/state/state-folder';

test('a state folder that is a link is known and emptied; the link stays', async () => {
  const root = mkdtempSync(path.join(tmpdir(), 'reset-test-'));
  try {
    const elsewhere = path.join(root, 'another disk');
    const states = path.join(root, 'state');
    for (const folder of [elsewhere, states]) mkdirSync(folder);
    symlinkSync(elsewhere, path.join(states, 'me'));
    symlinkSync(path.join(root, 'nowhere'), path.join(states, 'broken'));
    openState('me', states).close();
    expect(knownUserIds(states)).toEqual(['me']);
    expect(await resetState('me', states)).toBe(true);
    expect(readdirSync(elsewhere)).toEqual([]);
    expect(existsSync(path.join(states, 'me'))).toBe(true);
  } finally {
    rmSync(root, { recursive: true });
  }
});
