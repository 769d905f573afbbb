/**
 * `npm run pipeline -- <command>`: looks at a deployed pipeline and runs its jobs.
 *
 * Results go to standard output, as text or with `--json` as one JSON document; messages go to standard error. Exit
 * code 0 is success, 1 failure (for `reconcile` also: something is missing or double), 2 wrong arguments.
 */
import { Command, CommanderError } from 'commander';
import { exemptLoopback } from '../processes/environment';
import { messageOf } from '../pipeline/aws-errors';
import { CAPABILITIES, type Method } from '../pipeline/capabilities';
import { isWell } from '../pipeline/doctor/check';
import { reportsOf, type EmulateOptions } from '../pipeline/emulate';
import type { BatchOptions, Control, Pipeline } from '../pipeline/pipeline';
import type { ReplayOptions } from '../pipeline/replay';
import { isStatusWell } from '../pipeline/status';
import { filePath, memorySize, wholeNumber } from './arguments';
import { addAwsCommands } from './aws-commands';
import { addEmulateOptions, addReplayOptions, engineOption } from './command-options';
import { addFlowCommands } from './flow-commands';
import { formatChecks } from './format-doctor';
import { formatAnswers, formatBatch, formatEmulation, formatReplay } from './format-jobs';
import { formatReconciliation } from './format-reconcile';
import { formatStatus } from './format-status';
import { addHandsCommands } from './hands-commands';
import { formatReport, saveReport, type ReportFlags } from './save-report';
import { addSqlCommand } from './sql-command';
import { addStageOptions, openPipeline, userIdOption, type StageFlags } from './stage-option';
import { watch, watchOption } from './watch';
import { addWebCommand } from './web-command';

const interrupt = new AbortController();

const control: Control = {
  signal: interrupt.signal,
  tell: (line) => {
    console.error(line);
  },
};

/** A command for every pipeline. */
export interface PipelineCommand<Flags, Result> {
  readonly name: string;
  /** The method whose capabilities it has. Default: that of its name. */
  readonly method?: Method;
  readonly description: string;
  readonly jsonHelp?: string;
  readonly call: (pipeline: Pipeline, flags: Flags, args: readonly string[]) => Promise<Result>;
  /** The result for a person. */
  readonly format: (result: Result) => string;
  /** Whether the exit code is 0, not 1. Default: always. */
  readonly isWell?: (result: Result) => boolean;
}

function add<Flags, Result>(program: Command, command: PipelineCommand<Flags, Result>): Command {
  const { name, description, jsonHelp = 'print one JSON document', call, format } = command;
  const added = program
    .command(name)
    .description(description)
    .addOption(userIdOption())
    .option('--json', jsonHelp)
    .action(async () => {
      const flags = added.opts<Flags & StageFlags & { readonly json?: true; readonly watch?: number }>();
      const pipeline = await openPipeline(flags);
      const ask = (): Promise<Result> => call(pipeline, flags, added.args);
      if (flags.watch !== undefined) {
        await watch(async () => format(await ask()), flags.watch, control.signal);
        return;
      }
      const result = await ask();
      process.stdout.write(`${flags.json ? JSON.stringify(result, null, 2) : format(result)}\n`);
      if (command.isWell?.(result) === false) process.exitCode = 1;
    });
  addStageOptions(added, CAPABILITIES[command.method ?? (name as Method)]);
  return added;
}

/** The program with all its commands; also what `docs/reference/command-line.md` is made from. */
export function pipelineProgram(): Command {
  const program = new Command('npm run pipeline --')
    .description('Looks at the running pipeline, or at a stage on AWS, and runs its jobs.')
    .exitOverride()
    .showHelpAfterError('(add --help for the options)');

  add(program, {
    name: 'status',
    description: 'what runs, and how far the posts have come; exit code 1 when a part is down',
    call: (pipeline) => pipeline.status(control),
    format: formatStatus,
    isWell: isStatusWell,
  }).addOption(watchOption());

  addEmulateOptions(
    add(program, {
      name: 'emulate',
      description:
        'send posts from the source database to the API; exit code 1 when a record was not acknowledged',
      call: (pipeline, flags: EmulateOptions) => pipeline.emulate(flags, control),
      format: formatEmulation,
      isWell: (result) => reportsOf(result).every(({ ok }) => ok),
    }),
  );

  add(program, {
    name: 'batch',
    description: 'clean the new raw files into the Delta tables; on Spark also answer, compact and vacuum',
    call: (pipeline, flags: BatchOptions) => pipeline.batch(flags, control),
    format: formatBatch,
  })
    .addOption(engineOption())
    .option(
      '--memory-limit <size>',
      'memory of the engine before it spills to disk, for example 1GB',
      memorySize,
    )
    .option('--no-wait', 'of a stage on AWS: do not wait for the end');

  add(program, {
    name: 'answers',
    description: 'answer the eight questions from the tables',
    call: (pipeline, flags: BatchOptions) => pipeline.answers(flags, control),
    format: formatAnswers,
  }).addOption(engineOption());

  add(program, {
    name: 'reconcile',
    description:
      'count every record from the emulator to the tables; exit code 1 when one is missing or double',
    call: (pipeline, flags: { readonly wait: number }) => pipeline.reconcile(flags, control),
    format: formatReconciliation,
    isWell: ({ ok }) => ok,
  }).option(
    '--wait <seconds>',
    'how long the sink may take to store what the topics hold',
    wholeNumber(0, 3600),
    60,
  );

  addReplayOptions(
    add(program, {
      name: 'replay',
      description:
        'bring back what a table lacks, from the stream or the raw files; nothing that is there changes',
      call: (pipeline, flags: ReplayOptions) => pipeline.replay(flags, control),
      format: formatReplay,
    }),
  );

  add(program, {
    name: 'doctor',
    description:
      'asks this machine and the running pipeline, or a stage on AWS, whether all is well, and says what to do where it is not; exit code 1 when something has failed or could not be asked',
    jsonHelp: 'print one JSON document: a list of {check, status, seen, remedy}',
    call: (pipeline) => pipeline.doctor(),
    format: formatChecks,
    isWell,
  });

  addWebCommand(program, control);
  addHandsCommands((command) => add(program, command), control);
  addFlowCommands((command) => add(program, command), control);
  add(program, {
    name: 'report',
    description:
      'save the newest report and open it: the answers as pictures, and whether every record is stored',
    jsonHelp: 'print one JSON document: {key, made, file, url}',
    call: async (pipeline, { open = process.stdout.isTTY, ...flags }: ReportFlags) =>
      saveReport(await pipeline.report(control), { ...flags, open }),
    format: formatReport,
  })
    .option('--open', 'open it in the browser (default: on a terminal)')
    .option('--no-open', 'only save it, or print the link')
    .option(
      '--output <file>',
      'where to save it (default: report.html in the state folder; of a stage on AWS: nowhere)',
      filePath,
    );

  addSqlCommand(program, control);
  addAwsCommands(program);
  return program;
}

if (require.main === module) {
  exemptLoopback();
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
