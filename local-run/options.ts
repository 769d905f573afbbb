/**
 * The options of `npm start`.
 */
import { Command, CommanderError, InvalidArgumentError } from 'commander';
import { checkUserId, DEFAULT_USER_ID } from '../feeds';

/** The ports that can be fixed, with the flag of each. */
export const PORT_FLAGS = {
  kafka: '--kafka-port',
  controller: '--kafka-controller-port',
  connect: '--connect-port',
  mariadb: '--mariadb-port',
  ministack: '--aws-port',
  restProxy: '--rest-proxy-port',
} as const;

/** A port of the local run. */
export type PortName = keyof typeof PORT_FLAGS;

/** What `npm start` was asked for. */
export interface StartOptions {
  /** Stop after the first reconciliation. */
  readonly once: boolean;
  /** How many posts the source database shall hold, each sent once. Default: 11,000. */
  readonly posts: number;
  /** The seed of the data and of the draw. Default: 100. */
  readonly seed: number;
  readonly userId: string;
  /** Posts a second; undefined: every post once as fast as it goes, then 10 a second. 0: as fast as it goes. */
  readonly rate?: number;
  /** Seconds between two reports once every post was sent. Default: 60. */
  readonly reportEvery: number;
  /** Fixed ports. */
  readonly ports: Partial<Readonly<Record<PortName, number>>>;
}

/** The command line cannot be used, or help was asked for: the text has been written. */
export class UsageExit extends Error {
  /** 0 after help, 2 after an error. */
  readonly exitCode: number;

  constructor(exitCode: number) {
    super('usage');
    this.exitCode = exitCode;
  }
}

/** A parser for a whole number within bounds. */
function wholeNumber(minimum: number, maximum: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (!/^\d+$/.test(text) || value < minimum || value > maximum) {
      throw new InvalidArgumentError(
        `Expected a whole number from ${minimum} to ${maximum}, for example ${Math.max(minimum, Math.min(maximum, 11_000))}.`,
      );
    }
    return value;
  };
}

function rate(text: string): number {
  const value = Number(text);
  if (!/^\d+(\.\d+)?$/.test(text) || value > 1_000_000) {
    throw new InvalidArgumentError(
      'Expected posts a second from 0 (as fast as it goes) to 1000000, for example 20 or 0.5.',
    );
  }
  return value;
}

function userId(text: string): string {
  try {
    return checkUserId(text);
  } catch (error) {
    throw new InvalidArgumentError(error instanceof Error ? error.message : String(error));
  }
}

interface Parsed {
  once?: boolean;
  posts: number;
  seed: number;
  userId: string;
  rate?: number;
  reportEvery: number;
  [port: string]: unknown;
}

/** The name under which commander keeps a flag's value: `--kafka-port` is `kafkaPort`. */
function valueName(flag: string): string {
  return flag.slice(2).replaceAll(/-(.)/g, (_, letter: string) => letter.toUpperCase());
}

/**
 * Reads the command line.
 *
 * @param args what follows the program's name.
 * @param write takes help and error texts.
 * @throws UsageExit when help was asked for or something is wrong; the text has then been written.
 */
export function parseStartOptions(args: readonly string[], write: (text: string) => void): StartOptions {
  const command = new Command('npm start --')
    .description(
      'Runs the whole pipeline on this machine: installs the local parts, starts them, deploys, fills the database,\n' +
        'sends every post once, cleans, answers the eight questions and reconciles; then goes on with random posts until Ctrl-C.',
    )
    .option(
      '--once',
      'stop after the first reconciliation; exit code 0 when nothing is missing or double, else 1',
    )
    .option('--posts <number>', 'posts in the source database', wholeNumber(1, 100_000_000), 11_000)
    .option('--seed <number>', 'seed of the data and of the draw', wholeNumber(0, 4_294_967_295), 100)
    .option('--user-id <id>', 'prefix of topics, stacks and tables', userId, DEFAULT_USER_ID)
    .option(
      '--rate <number>',
      'posts a second (default: all once as fast as it goes, then 10 a second)',
      rate,
    )
    .option('--report-every <seconds>', 'seconds between two reports', wholeNumber(1, 86_400), 60);
  for (const [name, flag] of Object.entries(PORT_FLAGS)) {
    command.option(`${flag} <port>`, `fixed port of ${name} (default: a free one)`, wholeNumber(1, 65_535));
  }
  command
    .allowExcessArguments(false)
    .showHelpAfterError('Run `npm start -- --help` for all options.')
    .exitOverride()
    .configureOutput({ writeOut: write, writeErr: write });
  try {
    command.parse([...args], { from: 'user' });
  } catch (error) {
    if (error instanceof CommanderError) throw new UsageExit(error.exitCode === 0 ? 0 : 2);
    throw error;
  }
  const parsed = command.opts<Parsed>();
  const ports: Partial<Record<PortName, number>> = {};
  for (const [name, flag] of Object.entries(PORT_FLAGS) as [PortName, string][]) {
    const port = parsed[valueName(flag)];
    if (typeof port !== 'number') continue;
    const other = Object.entries(ports).find(([, taken]) => taken === port)?.[0] as PortName | undefined;
    if (other !== undefined) {
      write(
        `error: ${flag} and ${PORT_FLAGS[other]} are both ${port}: expected a port of its own for each part.\n`,
      );
      throw new UsageExit(2);
    }
    ports[name] = port;
  }
  return {
    once: parsed.once ?? false,
    posts: parsed.posts,
    seed: parsed.seed,
    userId: parsed.userId,
    rate: parsed.rate,
    reportEvery: parsed.reportEvery,
    ports,
  };
}
