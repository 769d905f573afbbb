/**
 * Forgets the data of local pipelines, and what was installed.
 */
import { existsSync, readdirSync, rmSync, rmdirSync, statSync } from 'node:fs';
import path from 'node:path';
import { LOCAL_ROOT, PARTS_ROOT, STATES_ROOT } from '../paths';
import { takeLock } from './lock';
import { endLeftovers } from './run-file';
import { lockFile, lockState, stateFolder } from './state-folder';

/** The user ids that have a state folder. */
export function knownUserIds(root: string = STATES_ROOT): string[] {
  if (!existsSync(root)) return [];
  // A state folder may be a link to another disk.
  return readdirSync(root).filter((name) =>
    statSync(path.join(root, name), { throwIfNoEntry: false })?.isDirectory(),
  );
}

/**
 * Checks that none of these user ids has a live run, before the data of any is forgotten.
 *
 * @throws Error naming the process of the first one that has.
 */
export function requireStopped(userIds: readonly string[], root: string = STATES_ROOT): void {
  for (const userId of userIds) {
    const folder = stateFolder(userId, root);
    if (existsSync(folder)) lockState(folder, userId).release();
  }
}

/**
 * Removes the state folder of a user id, ending what a crashed run left there.
 *
 * @returns false when there was none.
 * @throws Error naming the process when a run is live.
 */
export async function resetState(userId: string, root: string = STATES_ROOT): Promise<boolean> {
  const folder = stateFolder(userId, root);
  if (!existsSync(folder)) return false;
  const lock = lockState(folder, userId);
  try {
    await endLeftovers(folder, () => undefined);
    // Should the removal be interrupted, a folder without state.json shows that it is incomplete.
    rmSync(path.join(folder, 'state.json'), { force: true });
    for (const name of readdirSync(folder)) {
      if (path.join(folder, name) !== lockFile(folder)) {
        rmSync(path.join(folder, name), { recursive: true, force: true });
      }
    }
  } finally {
    lock.release();
  }
  removeEmptyFolder(folder);
  return true;
}

/**
 * Removes the installed parts.
 *
 * @throws Error naming the process when an installation is under way.
 */
export function removeParts(): void {
  if (!existsSync(PARTS_ROOT)) return;
  const lock = takeLock(path.join(PARTS_ROOT, 'lock'), 'The folder of the local parts');
  try {
    for (const name of readdirSync(PARTS_ROOT)) {
      if (name !== 'lock') rmSync(path.join(PARTS_ROOT, name), { recursive: true, force: true });
    }
  } finally {
    lock.release();
  }
}

/** Removes a folder if it is empty. A link to one is the person's own and stays. */
function removeEmptyFolder(folder: string): void {
  try {
    rmdirSync(folder);
  } catch (error) {
    // Something is in it (a new run may have taken it already), it is gone, or it is a link.
    const code = (error as NodeJS.ErrnoException).code ?? '';
    if (!['ENOTEMPTY', 'EEXIST', 'ENOENT', 'ENOTDIR'].includes(code)) throw error;
  }
}

/** Removes the empty folders. */
export function removeEmptyFolders(): void {
  for (const folder of [STATES_ROOT, PARTS_ROOT, LOCAL_ROOT]) removeEmptyFolder(folder);
}
