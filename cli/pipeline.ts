/**
 * `npm run pipeline -- <command>`: looks at a deployed pipeline and runs its jobs.
 *
 * Results go to standard output, as text or with `--json` as one JSON document; messages go to standard error. Exit
 * code 0 is success, 1 failure (for `reconcile` also: something is missing or double), 2 wrong arguments.
 */
import { Command, CommanderError, Option } from 'commander';
import type { EmulatorReport } from '../emulator';
import { DEFAULT_USER_ID, checkUserId } from '../feeds';
import { pythonExecutable } from '../local-run/paths';
import { answers, formatAnswers } from './answers';
import { checked, wholeNumber } from './arguments';
import { addAwsCommands } from './aws-commands';
import { batch, formatBatch } from './batch';
import type { Deployment } from './deployment';
import {
  type Emulate,
  type EmulatorReports,
  emulateBoth,
  emulateDeployment,
  formatEmulation,
  reportsOf,
} from './emulate';
import { addEmulateOptions, emulatorOptions, type EmulateFlags } from './emulate-options';
import { engineOption, jobOptions, type EngineFlags } from './engine';
import { formatReconciliation } from './format-reconciliation';
import { runningLocalDeployment } from './local-deployment';
import { reconcile } from './reconcile';
import { addReplayOptions, formatReplay, replay, type ReplayFlags } from './replay';
import { formatStatus } from './format-status';
import { status } from './status';

/** The flags that no module declares for its command. */
interface OwnFlags {
  readonly userId: string;
  readonly json?: true;
  readonly wait: number;
}

/** The flags of all commands; a command has those that it declares. */
type Flags = OwnFlags & EmulateFlags & EngineFlags & ReplayFlags;

// Versions are pinned: a notice of what later ones will need is none of the reader's business.
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true';

const interrupt = new AbortController();

/** Adds a command that works on a deployment. `run` returns the result, `format` makes it text. */
function command<R>(
  program: Command,
  name: string,
  description: string,
  run: (deployment: Deployment, options: Flags) => Promise<R>,
  format: (result: R) => string,
  ok: (result: R) => boolean = () => true,
): Command {
  return program
    .command(name)
    .description(description)
    .addOption(
      new Option('--user-id <id>', 'the prefix of topics and tables')
        .default(DEFAULT_USER_ID)
        .argParser(checked(checkUserId)),
    )
    .option('--json', 'print one JSON document')
    .action(async (options: Flags) => {
      const result = await run(await runningLocalDeployment(options.userId), options);
      process.stdout.write(`${options.json ? JSON.stringify(result, null, 2) : format(result)}\n`);
      if (!ok(result)) process.exitCode = 1;
    });
}

const engine = (): { python: string; signal: AbortSignal } => ({
  python: pythonExecutable(),
  signal: interrupt.signal,
});

/** One emulation's report, or with `--to both` an object of both. */
function runEmulation(deployment: Deployment, flags: Flags): Promise<EmulatorReport | EmulatorReports> {
  const emulateOne: Emulate = (...args) => emulateDeployment(deployment, ...args);
  const options = emulatorOptions(flags);
  const tell = (line: string): void => {
    console.error(line);
  };
  return flags.to === 'both'
    ? emulateBoth(emulateOne, options, interrupt.signal, tell)
    : emulateOne({ ...options, destination: flags.to }, interrupt.signal, tell);
}

function build(): Command {
  const program = new Command('npm run pipeline --')
    .description('Looks at the running pipeline and runs its jobs.')
    .exitOverride()
    .showHelpAfterError('(add --help for the options)');

  command(
    program,
    'status',
    'what runs, and how far the posts have come; exit code 1 when a part is down',
    (deployment) => status(deployment, engine()),
    formatStatus,
    (result) => result.parts.every(({ up }) => up),
  );

  addEmulateOptions(
    command(
      program,
      'emulate',
      'send posts from the source database to the API; exit code 1 when a record was not acknowledged',
      runEmulation,
      (result) => reportsOf(result).map(formatEmulation).join('\n\n'),
      (result) => reportsOf(result).every(({ ok }) => ok),
    ),
  );

  command(
    program,
    'batch',
    'clean the new raw files into the Delta tables; on Spark also answer, compact and vacuum',
    async (deployment, options) => batch(deployment, await jobOptions(options, interrupt.signal)),
    formatBatch,
  )
    .addOption(engineOption())
    .option('--memory-limit <size>', 'memory of the engine before it spills to disk, for example 1GB');

  command(
    program,
    'answers',
    'answer the eight questions from the tables',
    async (deployment, options) => answers(deployment, await jobOptions(options, interrupt.signal)),
    formatAnswers,
  ).addOption(engineOption());

  command(
    program,
    'reconcile',
    'count every record from the emulator to the tables; exit code 1 when one is missing or double',
    (deployment, options) => reconcile(deployment, { ...engine(), waitSeconds: options.wait }),
    formatReconciliation,
    (result) => result.ok,
  ).option(
    '--wait <seconds>',
    'how long the sink may take to store what the topics hold',
    wholeNumber(0, 3600),
    60,
  );

  addReplayOptions(
    command(
      program,
      'replay',
      'bring back what a table lacks, from the stream or the raw files; nothing that is there changes',
      (deployment, options) => replay(deployment, options, engine()),
      formatReplay,
    ),
  );

  addAwsCommands(program);
  return program;
}

process.once('SIGINT', () => {
  process.exitCode = 130;
  interrupt.abort(new Error('Interrupted.'));
});
process.once('SIGTERM', () => {
  process.exitCode = 143;
  interrupt.abort(new Error('Ended by SIGTERM.'));
});
build()
  .parseAsync(process.argv)
  .catch((error: unknown) => {
    if (error instanceof CommanderError) {
      process.exitCode = error.exitCode === 0 ? 0 : 2;
      return;
    }
    console.error(error instanceof Error ? error.message : error);
    process.exitCode ??= 1;
  });
