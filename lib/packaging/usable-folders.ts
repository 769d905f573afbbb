/** Folders in whose path some program of the project cannot work. */

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
 * Checks that every program of deployment and run can work in these folders, before anything is written.
 *
 * @param folders what messages call them, with their paths.
 * @throws UnusablePathError naming the folder, what it must not have in its name, and what to do.
 */
export function requireUsableFolders(folders: readonly (readonly [string, string])[]): void {
  for (const [what, folder] of folders) {
    const unusable = UNUSABLE.find(([sign]) => sign.test(folder))?.[1];
    if (unusable === undefined) continue;
    const remedy = what === 'checkout' ? 'Move the checkout' : 'Set PIPELINE_LOCAL_DIR';
    throw new UnusablePathError(
      `The ${what} ${JSON.stringify(folder)} cannot be used: its path has ${unusable}. ${remedy} to a folder without it; docs/environment.md lists what works.`,
    );
  }
}
