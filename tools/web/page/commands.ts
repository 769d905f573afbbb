/** The command lines that do what the page's controls do. */
import { useStore } from './store';

/** A word for a POSIX shell, in single quotes where it needs them. */
function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}

/**
 * The command line for some arguments, of a pipeline.
 *
 * @param about which pipeline; null: the one that is the default.
 */
export function commandLine(
  about: { readonly stage: string; readonly userId: string } | null,
  args: readonly string[],
): string {
  const stage = about === null || about.stage === 'local' ? [] : ['--stage', about.stage];
  const user = about === null || about.userId === 'pinterest' ? [] : ['--user-id', about.userId];
  return ['npm run pipeline --', ...[...args, ...stage, ...user].map(quoted)].join(' ');
}

/** The command line for some arguments, of the pipeline that is shown. */
export function useCommandLine(args: readonly string[]): string {
  return commandLine(
    useStore(({ about }) => about),
    args,
  );
}
