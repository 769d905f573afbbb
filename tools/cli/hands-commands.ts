/** `part`, `emulator` and `send-broken`: what a person does to a running pipeline with their own hands. */
import { InvalidArgumentError, Option, type Command } from 'commander';
import { FEED_NAMES } from '../../services/contract';
import {
  BROKEN_KINDS,
  PART_ACTIONS,
  type BrokenRecord,
  type EmulatorState,
  type PartAction,
  type PartState,
  type SentBroken,
} from '../pipeline/hands';
import type { Control } from '../pipeline/pipeline';
import { textTable } from '../text-table';
import { decimalNumber } from './arguments';
import type { PipelineCommand } from './pipeline';

const rateOf = decimalNumber('posts a second', 1_000_000, 20);

/** What `emulator <change> <rate>` asks for; undefined without a change. @throws InvalidArgumentError */
export function emulatorChange(change?: string, rate?: string): Partial<EmulatorState> | undefined {
  if (rate !== undefined && change !== 'rate') {
    throw new InvalidArgumentError(`${change} takes no number, only \`rate\` does.`);
  }
  switch (change) {
    case undefined:
      return undefined;
    case 'pause':
      return { paused: true };
    case 'resume':
      return { paused: false };
    default:
      if (rate === undefined) throw new InvalidArgumentError('Expected posts a second, for example rate 20.');
      return { rate: rateOf(rate) };
  }
}

/** The parts; of one alone also the end of its log. */
export function formatParts(parts: readonly PartState[]): string {
  const table = textTable(
    ['part', 'state', 'pid', 'log'],
    parts.map(({ name, state, pid, logFile }) => [name, state, pid === null ? '-' : String(pid), logFile]),
  );
  const [only] = parts;
  return parts.length === 1 && only !== undefined ? [table, '', ...only.log].join('\n') : table;
}

/** How posts flow. */
export function formatEmulator({ paused, rate }: EmulatorState): string {
  const speed = rate === 0 ? 'as fast as they go' : `${rate} a second`;
  return paused ? `Posts are paused; resumed they flow ${speed}.` : `Posts flow ${speed}.`;
}

/** A broken record, and where it is. */
export function formatSentBroken({ place, value }: SentBroken): string {
  return `Acknowledged at ${place}: ${value}`;
}

/** Adds the commands by `add`, which adds one. */
export function addHandsCommands(
  add: <Flags, Result>(command: PipelineCommand<Flags, Result>) => Command,
  control: Control,
): void {
  const part = add({
    name: 'part',
    method: 'actOnPart',
    description:
      'the processes of the local run; of one named the end of its log, or kill (SIGKILL), freeze (SIGSTOP), thaw (SIGCONT) or restart it',
    call: async (pipeline, _flags, [name, action]) => {
      if (name !== undefined && action !== undefined) {
        return [await pipeline.actOnPart({ part: name, action: action as PartAction['action'] }, control)];
      }
      const states = await pipeline.parts(control);
      const named = states.filter((one) => name === undefined || one.name === name);
      if (named.length > 0) return named;
      throw new RangeError(
        `There is no part ${JSON.stringify(name)}: expected ${states.map((one) => one.name).join(', ')}.`,
      );
    },
    format: formatParts,
  });
  part
    .argument('[name]', 'the part')
    .addArgument(part.createArgument('[action]', 'what is done to it').choices(PART_ACTIONS));

  const emulator = add({
    name: 'emulator',
    description: 'how the posts of `npm start` flow; pause or resume them, or change the rate',
    call: (pipeline, _flags, [change, rate]) => {
      const changed = emulatorChange(change, rate);
      return changed === undefined ? pipeline.emulator(control) : pipeline.setEmulator(changed, control);
    },
    format: formatEmulator,
  });
  emulator
    .addArgument(emulator.createArgument('[change]', 'what is changed').choices(['pause', 'resume', 'rate']))
    .argument('[rate]', 'posts a second, 0 as fast as they go')
    .hook('preAction', () => {
      try {
        emulatorChange(...emulator.args);
      } catch (error) {
        emulator.error(`error: ${(error as Error).message}`);
      }
    });

  const choice = (flag: string, description: string, values: readonly string[]): Option =>
    new Option(flag, description).choices(values).makeOptionMandatory();
  add({
    name: 'send-broken',
    method: 'sendBroken',
    description:
      'send one broken record through the API; it ends in quarantine or among the dead-letter records, and stops nothing',
    call: (pipeline, { feed, kind, to }: BrokenRecord) => pipeline.sendBroken({ feed, kind, to }, control),
    format: formatSentBroken,
  })
    .addOption(choice('--feed <feed>', 'the feed', FEED_NAMES))
    .addOption(
      choice(
        '--kind <kind>',
        'a text in place of an object, an object without a row number, or a bad value',
        BROKEN_KINDS,
      ),
    )
    .addOption(
      choice('--to <destination>', 'the Kafka topics or the Kinesis streams', ['topics', 'streams']),
    );
}
