/**
 * `npm run pipeline -- <command>`: looks at a deployed pipeline and runs its jobs.
 *
 * Results go to standard output, as text or with `--json` as one JSON document; messages go to standard error. Exit
 * code 0 is success, 1 failure (for `reconcile` also: something is missing or double), 2 wrong arguments.
 */
import { Command, CommanderError } from 'commander';
import { pythonExecutable, requireUsablePaths } from '../local-run/paths';
import { exemptLoopback, forgetAwsAccount } from '../processes/environment';
import { answers, formatAnswers } from '../pipeline/answers';
import { memorySize, wholeNumber } from './arguments';
import { addAwsCommands } from './aws-commands';
import { messageOf } from '../pipeline/aws-errors';
import { batch, formatBatch } from '../pipeline/batch';
import type { Deployment } from '../pipeline/deployment';
import { addDoctor } from './doctor';
import { emulateDeployment, formatReports, reportsOf, runEmulation } from '../pipeline/emulate';
import { addEmulateOptions, type EmulateFlags } from './emulate-options';
import { engineOption, jobOptions, type EngineFlags } from '../local-run/engine';
import { formatReconciliation } from './format-reconciliation';
import { formatStatus } from './format-status';
import { LocalAwsError, runningLocalDeployment } from '../local-run/local-deployment';
import { formatLocalParts, localParts } from '../local-run/list-parts';
import { outcome, type Outcome } from './outcome';
import { reconcile } from '../pipeline/reconcile';
import { addReplayOptions, formatReplay, replay, type ReplayFlags } from '../pipeline/replay';
import { ANSWERS, BATCH, EMULATE, RECONCILE, REPLAY, STATUS, type StageJob } from '../stage/stage-jobs';
import { addStageOptions, stageOf, userIdOption, type StageFlags } from './stage-option';
import { status } from '../pipeline/status';

/** The flags that no module declares for its command. */
interface OwnFlags {
  readonly json?: true;
  readonly wait: number | boolean;
}

/** The flags of all commands; a command has those that it declares. */
type Flags = OwnFlags & StageFlags & EmulateFlags & EngineFlags & ReplayFlags;

exemptLoopback();

const interrupt = new AbortController();
const { signal } = interrupt;

const tell = (line: string): void => {
  console.error(line);
};

/**
 * Adds a command that works on the pipeline of the local run and, by `onAws`, on the stages on AWS.
 *
 * @param onDown what is said instead of an error of a local run whose AWS does not answer.
 */
function command(
  program: Command,
  name: string,
  description: string,
  run: (deployment: Deployment, options: Flags) => Promise<Outcome>,
  onAws?: StageJob,
  onDown?: (error: LocalAwsError) => Outcome,
): Command {
  const added = program
    .command(name)
    .description(description)
    .addOption(userIdOption())
    .option('--json', 'print one JSON document')
    .action(async (flags: Flags) => {
      requireUsablePaths();
      const runHere = async (): Promise<Outcome> => {
        forgetAwsAccount();
        try {
          return await run(await runningLocalDeployment(flags.userId), flags);
        } catch (error) {
          if (onDown === undefined || !(error instanceof LocalAwsError)) throw error;
          return onDown(error);
        }
      };
      const { result, text, ok } =
        onAws === undefined || flags.stage === 'local'
          ? await runHere()
          : await onAws.run(stageOf(flags), { flags, signal, tell });
      process.stdout.write(`${flags.json ? JSON.stringify(result, null, 2) : text}\n`);
      if (!ok) process.exitCode = 1;
    });
  if (onAws !== undefined) addStageOptions(added, onAws);
  return added;
}

const engine = (): { python: string; signal: AbortSignal } => ({ python: pythonExecutable(), signal });

/** The commands; also what `docs/reference/command-line.md` is made from. */
export function pipelineProgram(): Command {
  const program = new Command('npm run pipeline --')
    .description('Looks at the running pipeline, or at a stage on AWS, and runs its jobs.')
    .exitOverride()
    .showHelpAfterError('(add --help for the options)');

  command(
    program,
    'status',
    'what runs, and how far the posts have come; exit code 1 when a part is down',
    async (deployment) =>
      outcome(await status(deployment, engine()), formatStatus, ({ parts }) => parts.every(({ up }) => up)),
    STATUS,
    (error) => outcome(localParts(error), formatLocalParts, () => false),
  );

  addEmulateOptions(
    command(
      program,
      'emulate',
      'send posts from the source database to the API; exit code 1 when a record was not acknowledged',
      async (deployment, flags) =>
        outcome(
          await runEmulation((...args) => emulateDeployment(deployment, ...args), flags, signal, tell),
          formatReports,
          (result) => reportsOf(result).every(({ ok }) => ok),
        ),
      EMULATE,
    ),
  );

  command(
    program,
    'batch',
    'clean the new raw files into the Delta tables; on Spark also answer, compact and vacuum',
    async (deployment, flags) =>
      outcome(await batch(deployment, await jobOptions(flags, signal)), formatBatch),
    BATCH,
  )
    .addOption(engineOption())
    .option(
      '--memory-limit <size>',
      'memory of the engine before it spills to disk, for example 1GB',
      memorySize,
    )
    .option('--no-wait', 'of a stage on AWS: do not wait for the end');

  command(
    program,
    'answers',
    'answer the eight questions from the tables',
    async (deployment, flags) =>
      outcome(await answers(deployment, await jobOptions(flags, signal)), formatAnswers),
    ANSWERS,
  ).addOption(engineOption());

  command(
    program,
    'reconcile',
    'count every record from the emulator to the tables; exit code 1 when one is missing or double',
    async (deployment, { wait }) =>
      outcome(
        await reconcile(deployment, { ...engine(), waitSeconds: Number(wait) }),
        formatReconciliation,
        ({ ok }) => ok,
      ),
    RECONCILE,
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
      async (deployment, flags) => outcome(await replay(deployment, flags, engine()), formatReplay),
      REPLAY,
    ),
  );

  addDoctor(program);
  addAwsCommands(program);
  return program;
}

if (require.main === module) {
  // Whoever reads the output may have seen enough of it, as `head` does.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
    process.exit();
  });
  process.once('SIGINT', () => {
    process.exitCode = 130;
    interrupt.abort(new Error('Interrupted.'));
  });
  process.once('SIGTERM', () => {
    process.exitCode = 143;
    interrupt.abort(new Error('Ended by SIGTERM.'));
  });
  pipelineProgram()
    .parseAsync(process.argv)
    .catch((error: unknown) => {
      if (error instanceof CommanderError) {
        process.exitCode = error.exitCode === 0 ? 0 : 2;
        return;
      }
      console.error(messageOf(error));
      process.exitCode ??= 1;
    });
}
