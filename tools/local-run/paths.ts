/**
 * Where things are on disk.
 */
import { existsSync, realpathSync } from 'node:fs';
import path from 'node:path';
import { PROJECT_ROOT } from '../../lib/packaging/project-root';

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

/** What some program of the run takes for more than a part of a path, with the reason. */
const UNUSABLE: readonly (readonly [RegExp, string])[] = [
  [/\p{Cc}/u, 'a control character'],
  [/,/, 'a comma, at which Kafka and Kafka Connect separate folders'],
  [/:/, 'a colon, at which Java and Python separate folders'],
  [/=/, 'an equals sign, at which esbuild separates names from values'],
  [/\*/, 'an asterisk, which esbuild takes for any name'],
  [/[\\?]/, 'a backslash or a question mark, which Node does not take in the name of a module'],
];

/** A folder in which some program of ours cannot work; the message says which, why, and what to do. */
export class UnusablePathError extends Error {
  override readonly name = 'UnusablePathError';
}

/**
 * Checks that every program of the run can work in the folders of checkout and state, before anything is written.
 *
 * @param folders what messages call them, with their paths.
 * @throws UnusablePathError naming the folder, what it must not have in its name, and what to do.
 */
export function requireUsablePaths(
  folders: readonly (readonly [string, string])[] = [
    ['checkout', PROJECT_ROOT],
    ['state folder', LOCAL_ROOT],
  ],
): void {
  for (const [what, folder] of folders) {
    const unusable = UNUSABLE.find(([sign]) => sign.test(folder))?.[1];
    if (unusable === undefined) continue;
    const remedy = what === 'checkout' ? 'Move the checkout' : 'Set PIPELINE_LOCAL_DIR';
    throw new UnusablePathError(
      `The ${what} ${JSON.stringify(folder)} cannot be used: its path has ${unusable}. ${remedy} to a folder without it; docs/environment.md lists what works.`,
    );
  }
}
