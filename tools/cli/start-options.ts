/**
 * The options of `npm start`.
 */
import { Command, CommanderError } from 'commander';
import { checked, decimalNumber, wholeNumber } from './arguments';
import { checkUserId, DEFAULT_USER_ID } from '../../services/contract';
import { sinkPluginChoice, type SinkPluginChoice } from '../local-run/install/sink-plugin';
import type { PortName } from '../local-run/ports';
import type { RunOptions } from '../local-run/run-options';
import { MAX_RESTARTS } from '../local-run/supervisor';

/** The ports that can be fixed, with the flag of each. */
export const PORT_FLAGS = {
  kafka: '--kafka-port',
  controller: '--kafka-controller-port',
  connect: '--connect-port',
  mariadb: '--mariadb-port',
  ministack: '--aws-port',
  restProxy: '--rest-proxy-port',
  restProxyAdmin: '--rest-proxy-admin-port',
  page: '--web-port',
} as const satisfies Record<PortName, string>;

/** The command line cannot be used, or help was asked for: the text has been written. */
export class UsageExit extends Error {
  /** 0 after help, 2 after an error. */
  readonly exitCode: number;

  constructor(exitCode: number) {
    super('usage');
    this.exitCode = exitCode;
  }
}

interface Parsed {
  once?: boolean;
  posts: number;
  seed: number;
  userId: string;
  rate?: number;
  random: boolean;
  reportEvery: number;
  restarts: number;
  sinkPlugin?: string;
  sinkPluginConfig?: string;
  web: boolean;
  open?: true;
  [port: string]: unknown;
}

/** The name under which commander keeps a flag's value: `--kafka-port` is `kafkaPort`. */
function valueName(flag: string): string {
  return flag.slice(2).replaceAll(/-(.)/g, (_, letter: string) => letter.toUpperCase());
}

/** The command with its options; also what `docs/reference/command-line.md` is made from. */
export function startCommand(): Command {
  const command = new Command('npm start --')
    .description(
      'Runs the whole pipeline on this machine: installs the local parts, starts them, deploys, fills the database,\n' +
        'sends every post once, cleans, answers the eight questions and reconciles; then continues with random posts until Ctrl-C.',
    )
    .option(
      '--once',
      'stop after the first reconciliation; exit code 0 when nothing is missing or double, else 1',
    )
    .option('--posts <number>', 'posts in the source database', wholeNumber(1, 100_000_000), 11_000)
    .option('--seed <number>', 'seed of the data and of the draw', wholeNumber(0, 4_294_967_295), 100)
    .option('--user-id <id>', 'prefix of topics, stacks and tables', checked(checkUserId), DEFAULT_USER_ID)
    .option(
      '--rate <number>',
      'posts a second (default: all once as fast as it goes, then 10 a second)',
      decimalNumber('posts a second', 1_000_000, 20),
    )
    .option(
      '--no-random',
      'send no random posts after the first reconciliation; the parts stay up until Ctrl-C',
    )
    .option('--report-every <seconds>', 'seconds between two reports', wholeNumber(1, 86_400), 60)
    .option(
      '--restarts <number>',
      'how often a part that dies is started again within five minutes',
      wholeNumber(0, 10_000),
      MAX_RESTARTS,
    )
    .option('--sink-plugin <zip>', 'another S3 sink plugin for Kafka Connect (default: the one built here)')
    .option('--sink-plugin-config <file>', "that plugin's configuration, a JSON file: docs/runbook.md")
    .option('--open', "open the live page in this machine's browser")
    .option('--no-web', 'serve no live page');
  for (const [name, flag] of Object.entries(PORT_FLAGS)) {
    command.option(`${flag} <port>`, `fixed port of ${name} (default: a free one)`, wholeNumber(1, 65_535));
  }
  return command;
}

/**
 * Reads the command line.
 *
 * @param args what follows the program's name.
 * @param write takes help and error texts.
 * @throws UsageExit when help was asked for or something is wrong; the text has then been written.
 */
export function parseStartOptions(args: readonly string[], write: (text: string) => void): RunOptions {
  const command = startCommand();
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
  const refuse = (reason: string): never => {
    write(`error: ${reason}\nRun \`npm start -- --help\` for all options.\n`);
    throw new UsageExit(2);
  };
  const ports: Partial<Record<PortName, number>> = {};
  for (const [name, flag] of Object.entries(PORT_FLAGS) as [PortName, string][]) {
    const port = parsed[valueName(flag)];
    if (typeof port !== 'number') continue;
    const other = Object.entries(ports).find(([, taken]) => taken === port)?.[0] as PortName | undefined;
    if (other !== undefined) {
      refuse(`${flag} and ${PORT_FLAGS[other]} are both ${port}: expected a port of its own for each part.`);
    }
    ports[name] = port;
  }
  if (parsed.open && !parsed.web) refuse('--open and --no-web exclude each other: expected one of them.');
  const { sinkPlugin: zip, sinkPluginConfig: config } = parsed;
  if ((zip === undefined) !== (config === undefined)) {
    refuse('--sink-plugin and --sink-plugin-config go together: expected both or none.');
  }
  let sinkPlugin: SinkPluginChoice | undefined;
  try {
    if (zip !== undefined && config !== undefined)
      sinkPlugin = sinkPluginChoice(zip, config, process.env.INIT_CWD);
  } catch (error) {
    refuse(error instanceof Error ? error.message : String(error));
  }
  return {
    once: parsed.once ?? false,
    posts: parsed.posts,
    seed: parsed.seed,
    userId: parsed.userId,
    rate: parsed.rate,
    random: parsed.random,
    reportEvery: parsed.reportEvery,
    restarts: parsed.restarts,
    sinkPlugin,
    web: parsed.web,
    open: parsed.open ?? false,
    ports,
  };
}
