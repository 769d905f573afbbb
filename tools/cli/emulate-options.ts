/** The options of the command `emulate`. */
import { Option, type Command } from 'commander';
import {
  checkRunName,
  runName,
  type EmulatorDestination,
  type EmulatorOptions,
} from '../../services/emulator';
import { checked, decimalNumber, wholeNumber } from './arguments';

/** The options as commander gives them. */
export interface EmulateFlags {
  readonly to: EmulatorDestination | 'both';
  readonly recordRoute?: true;
  readonly mode: 'all' | 'random';
  readonly posts?: number;
  readonly seed: number;
  readonly run?: string;
  readonly rate: number;
  readonly pause: number;
}

/** The emulator's options that the flags stand for; the destination is left to who starts one emulation or two. */
export function emulatorOptions(flags: EmulateFlags): EmulatorOptions {
  const { recordRoute, mode, posts, seed, run, rate, pause } = flags;
  return { mode, posts, seed, run, rate, pause, streamRoute: recordRoute === true ? 'record' : undefined };
}

/** Declares the options. Those that contradict each other are refused before the command runs. */
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
      const { to, recordRoute, run } = emulate.opts<EmulateFlags>();
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
