/**
 * `npm run reset`: forgets the data of a local pipeline; with `--all` of every one, and what was installed.
 *
 * Exit codes: 0 done, 1 failed (for example a run is live), 2 wrong options.
 */
import { Command, CommanderError } from 'commander';
import { checkUserId, DEFAULT_USER_ID } from '../../services/contract';
import { requireUsablePaths } from '../local-run/paths';
import {
  knownUserIds,
  removeEmptyFolders,
  removeParts,
  requireStopped,
  resetState,
} from '../local-run/state/reset';
import { checked } from './arguments';

const program = new Command('npm run reset --')
  .description('Forgets the data of a local pipeline. Refuses while it runs.')
  .option('--user-id <id>', 'the pipeline to forget', checked(checkUserId), DEFAULT_USER_ID)
  .option('--all', 'forget every pipeline and remove the installed parts')
  .allowExcessArguments(false)
  .showHelpAfterError('(add --help for the options)')
  .exitOverride()
  .action(async (options: { userId: string; all?: true }) => {
    requireUsablePaths();
    const userIds = options.all ? knownUserIds() : [options.userId];
    requireStopped(userIds);
    for (const id of userIds) {
      console.log(
        (await resetState(id))
          ? `The data of the user id "${id}" is forgotten.`
          : `There is no data of the user id "${id}".`,
      );
    }
    if (options.all) {
      removeParts();
      console.log('The installed parts are removed; the next `npm start` installs them again.');
    }
    removeEmptyFolders();
  });

program.parseAsync(process.argv).catch((error: unknown) => {
  if (error instanceof CommanderError) {
    process.exitCode = error.exitCode === 0 ? 0 : 2;
    return;
  }
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
