/**
 * Where things are on disk.
 */
import { existsSync, realpathSync } from 'node:fs';
import path from 'node:path';
import { PROJECT_ROOT } from '../../lib/packaging/project-root';
import { requireUsableFolders } from '../../lib/packaging/usable-folders';

export { PROJECT_ROOT };

/** What git does not see: installed parts and states. `.local` in the project unless `PIPELINE_LOCAL_DIR` says else. */
export const LOCAL_ROOT = path.resolve(PROJECT_ROOT, process.env.PIPELINE_LOCAL_DIR || '.local');

/** The installed parts, shared by all pipelines of this checkout. */
export const PARTS_ROOT = path.join(LOCAL_ROOT, 'parts');

/** The states, one folder for each user id. */
export const STATES_ROOT = path.join(LOCAL_ROOT, 'state');

/** The Python interpreter that has the table engine's packages, once {@link PARTS_ROOT} is installed. */
export function pythonExecutable(): string {
  return path.join(PARTS_ROOT, 'python', 'bin', 'python');
}

/**
 * Where the installed parts really are. With a link in `PARTS_ROOT` several names may lead there; what is installed holds
 * one of them, and works by all.
 */
export function realPartsRoot(): string {
  return existsSync(PARTS_ROOT) ? realpathSync(PARTS_ROOT) : PARTS_ROOT;
}

/**
 * Checks that every program of the run can work in the folders of checkout and state, before anything is written.
 *
 * @throws UnusablePathError naming the folder, what it must not have in its name, and what to do.
 */
export function requireUsablePaths(): void {
  requireUsableFolders([
    ['checkout', PROJECT_ROOT],
    ['state folder', LOCAL_ROOT],
  ]);
}
