/**
 * Where things are on disk.
 */
import path from 'node:path';

/** The repository's folder. */
export const PROJECT_ROOT = path.resolve(__dirname, '..');

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
