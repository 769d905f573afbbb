/** The options of `emulate`, `replay`, and of the commands that an engine does. */
import { Option, type Command } from 'commander';
import { FEED_NAMES } from '../../services/contract';
import { checkRunName, runName } from '../../services/emulator';
import type { EmulateOptions } from '../pipeline/emulate';
import { ENGINES } from '../pipeline/pipeline';
import type { ReplayOptions } from '../pipeline/replay';
import { checked, decimalNumber, isoTime, wholeNumber } from './arguments';

/** `--engine`. */
export function engineOption(): Option {
  return new Option('--engine <name>', 'what does the work; Spark is installed when it is first asked for')
    .choices(ENGINES)
    .default(ENGINES[0]);
}

/** Adds the options of `emulate`. Those that contradict each other are refused before the command runs. */
export function addEmulateOptions(command: Command): Command {
  return command
    .addOption(
      new Option('--to <destination>', 'the Kafka topics, the Kinesis streams, or both at once')
        .choices(['topics', 'streams', 'both'])
        .default('topics'),
    )
    .addOption(
      new Option('--record-route', 'send to the streams record by record, as the original did').implies({
        to: 'streams',
      }),
    )
    .addOption(
      new Option('--mode <mode>', 'every post once, or posts drawn at random')
        .choices(['all', 'random'])
        .default('random'),
    )
    .option('--posts <n>', 'how many posts (default: 100 at random, or all)', wholeNumber(1, 2 ** 31 - 1))
    .option('--seed <n>', 'the seed of the draw', wholeNumber(0, Number.MAX_SAFE_INTEGER), 100)
    .option(
      '--run <name>',
      'the name of the run; a run of that name is continued. With --to both the streams have <name>-streams',
      checked(checkRunName),
    )
    .option(
      '--rate <n>',
      'posts a second, 0 as fast as it goes',
      decimalNumber('posts a second', 1_000_000, 20),
      500,
    )
    .option(
      '--pause <seconds>',
      'send posts one by one, with a random pause up to this',
      decimalNumber('seconds', 60, 2),
      0,
    )
    .hook('preAction', (_parent, emulate) => {
      const { to, recordRoute, run } = emulate.opts<EmulateOptions>();
      if (recordRoute === true && to === 'topics') {
        emulate.error(
          "error: option '--record-route' cannot be used with --to topics: it is a route to the streams",
        );
      }
      if (to === 'both' && run !== undefined) {
        try {
          checkRunName(runName(run, 'streams'));
        } catch (error) {
          emulate.error(`error: option '--run' is too long with --to both: ${(error as Error).message}`);
        }
      }
    });
}

/** Adds the options of `replay`. */
export function addReplayOptions(command: Command): Command {
  const time = (flag: string, description: string): Option =>
    new Option(`${flag} <time>`, description).argParser(isoTime).makeOptionMandatory();
  return command
    .addOption(new Option('--feed <feed>', 'the feed').choices(FEED_NAMES).makeOptionMandatory())
    .addOption(time('--from', 'the earliest time of arrival, or of upload; ISO 8601, without a zone UTC'))
    .addOption(time('--to', 'the latest time'))
    .addOption(
      new Option('--source <source>', "the stream's records into its table, or raw files into the batch's")
        .choices(['stream', 'raw-files'])
        .default('stream'),
    )
    .hook('preAction', (_, replayed) => {
      const { from, to } = replayed.opts<ReplayOptions>();
      if (from > to) {
        replayed.error(
          `error: --from ${from.toISOString()} is after --to ${to.toISOString()}; expected it before.`,
        );
      }
    });
}
