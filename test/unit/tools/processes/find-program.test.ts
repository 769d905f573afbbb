import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { findProgram } from '../../../../tools/processes/find-program';

test('programs are looked for on the PATH, executable ones only', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'find-program-test-'));
  try {
    for (const name of ['tool', 'text']) writeFileSync(path.join(folder, name), '#!/bin/sh\n');
    chmodSync(path.join(folder, 'tool'), 0o755);
    expect(findProgram('tool', { PATH: `/nowhere:${folder}` })).toBe(path.join(folder, 'tool'));
    expect(findProgram('text', { PATH: folder })).toBeUndefined();
    expect(findProgram(path.join(folder, 'tool'), { PATH: '' })).toBe(path.join(folder, 'tool'));
  } finally {
    rmSync(folder, { recursive: true });
  }
});
