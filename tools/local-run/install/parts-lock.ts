/** The lock of the folder of the local parts: one process installs, the others wait. */
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { PARTS_ROOT } from '../paths';
import { waitForLock, type Lock } from '../state/lock';
import type { Progress } from './part';

/**
 * Takes the lock, and makes the folder where it is missing.
 *
 * @param onProgress gets a line when another process has to be waited for.
 */
export async function lockParts(onProgress: Progress, signal?: AbortSignal): Promise<Lock> {
  mkdirSync(PARTS_ROOT, { recursive: true });
  return waitForLock(
    path.join(PARTS_ROOT, 'lock'),
    'the folder of the local parts',
    ({ pid }) => {
      onProgress(`waiting for process ${pid}, which is installing the local parts …`);
    },
    signal,
  );
}
