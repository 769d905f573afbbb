/**
 * `npm run pipeline -- <command>`: looks at a deployed pipeline and runs its jobs.
 *
 * Results go to standard output, as text or with `--json` as one JSON document; messages go to standard error. Exit
 * code 0 is success, 1 failure (for `reconcile` also: something is missing or double), 2 wrong arguments.
 */
import { Command, CommanderError, Option } from 'commander';
import { DEFAULT_USER_ID, checkUserId } from '../feeds';
import { pythonExecutable } from '../local-run/paths';
import { answers, formatAnswers } from './answers';
import { checked, decimalNumber, wholeNumber } from './arguments';
import { batch, formatBatch } from './batch';
import type { Deployment } from './deployment';
import { emulateDeployment, formatEmulation } from './emulate';
import { formatReconciliation } from './format-reconciliation';
import { runningLocalDeployment } from './local-deployment';
import { reconcile } from './reconcile';
import { formatStatus, status } from './status';

/** The flags of all commands; a command has those that it declares. */
interface Flags {
  readonly userId: string;
  readonly json?: true;
  readonly mode: 'all' | 'random';
  readonly posts?: number;
  readonly seed: number;
  readonly run?: string;
  readonly rate: number;
  readonly pause: number;
  readonly memoryLimit?: string;
  readonly wait: number;
}

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

const engine = (
  args: readonly string[] = [],
): { python: string; args: readonly string[]; signal: AbortSignal } => ({
  python: pythonExecutable(),
  args,
  signal: interrupt.signal,
});

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

  command(
    program,
    'emulate',
    'send posts from the source database to the API; exit code 1 when a record was not acknowledged',
    (deployment, options) =>
      emulateDeployment(deployment, options, interrupt.signal, (line) => {
        console.error(line);
      }),
    formatEmulation,
    (report) => report.ok,
  )
    .addOption(
      new Option('--mode <mode>', 'every post once, or posts drawn at random')
        .choices(['all', 'random'])
        .default('random'),
    )
    .option('--posts <n>', 'how many posts (default: 100 at random, or all)', wholeNumber(1, 2 ** 31 - 1))
    .option('--seed <n>', 'the seed of the draw', wholeNumber(0, Number.MAX_SAFE_INTEGER), 100)
    .option('--run <name>', 'the name of the run; a run of that name is continued')
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
    );

  command(
    program,
    'batch',
    'clean the new raw files into the Delta tables',
    (deployment, options) =>
      batch(deployment, engine(options.memoryLimit ? ['--memory-limit', options.memoryLimit] : [])),
    formatBatch,
  ).option('--memory-limit <size>', 'memory of the engine before it spills to disk, for example 1GB');

  command(
    program,
    'answers',
    'answer the eight questions from the tables',
    (deployment) => answers(deployment, engine()),
    formatAnswers,
  );

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
