/**
 * `npm start`: reads the options, runs the pipeline, turns signals into an orderly stop and results into exit codes.
 *
 * Exit codes: 0 done, 1 failed (also: something missing or double), 2 wrong options, 130 Ctrl-C, 143 SIGTERM, 129 the
 * terminal was closed, 141 the reader of the output went away.
 */
import { formatAnswers, formatBatch } from './format-jobs';
import { formatReconciliation } from './format-reconcile';
import { parseStartOptions, UsageExit } from './start-options';
import { createOutput } from '../local-run/output';
import { requireUsablePaths } from '../local-run/paths';
import { killChildren, stopChildren } from '../processes/child';
import { exemptLoopback, forgetAwsAccount } from '../processes/environment';
import { guardian } from '../processes/guardian';
import { MARK_VARIABLE } from '../processes/identity.cjs';
import { run } from '../local-run/run';
import { createTerminalOutput, isLive } from '../local-run/terminal-output';
import { StopRequest } from '../local-run/stop-request';

const SIGNALS: Readonly<Record<string, number>> = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 };

/** Under npm: stops when npm has died without a word (`kill -9`), because then no one can press Ctrl-C any more. */
function stopWhenOrphaned(stop: AbortController): NodeJS.Timeout | undefined {
  if (process.env.npm_lifecycle_event === undefined) return undefined;
  const parent = process.ppid;
  return setInterval(() => {
    if (process.ppid !== parent) stop.abort(new StopRequest('npm has died.', SIGNALS.SIGHUP ?? 1));
  }, 1_000).unref();
}

/**
 * Runs `npm start` to its end.
 *
 * @param args the command line behind the program's name.
 * @returns the exit code.
 */
export async function main(args: readonly string[]): Promise<number> {
  const stop = new AbortController();
  let outputOpen = true;
  const write = (text: string): void => {
    if (outputOpen) process.stdout.write(text);
  };
  const output = isLive(process.stdout, process.env)
    ? createTerminalOutput(write, process.stdout)
    : createOutput(write);
  // However the run ends, the line on what was under way goes, before what is said of the end.
  const nothingUnderWay = (): void => {
    output.now();
  };
  process.on('uncaughtExceptionMonitor', nothingUnderWay).on('exit', nothingUnderWay);
  process.stdout.on('error', () => {
    outputOpen = false;
    stop.abort(new StopRequest('The reader of the output has gone.', 141));
  });
  process.stderr.on('error', () => undefined);

  const hurry = (): void => {
    output.line('Killing all parts.');
    killChildren();
  };
  for (const [signal, exitCode] of Object.entries(SIGNALS)) {
    let lastAt = -Infinity;
    process.on(signal, () => {
      // A terminal and npm may both pass one Ctrl-C on.
      const again = performance.now() - lastAt > 500;
      lastAt = performance.now();
      if (!stop.signal.aborted) {
        output.line(`${signal}: stopping in order; again to hurry.`);
        stop.abort(new StopRequest(`Stopped by ${signal}.`, exitCode));
      } else if (again) {
        hurry();
      }
    });
  }

  const orphaned = stopWhenOrphaned(stop);
  try {
    const options = parseStartOptions(args, (text) => {
      process.stderr.write(text);
    });
    requireUsablePaths();
    exemptLoopback();
    forgetAwsAccount();
    // Children that others start for us (the table engine) are found by the guardian, too.
    process.env[MARK_VARIABLE] = guardian.mark;
    const format = { batch: formatBatch, answers: formatAnswers, reconciliation: formatReconciliation };
    return await run({ options, output, format, stop });
  } catch (error) {
    nothingUnderWay();
    if (error instanceof UsageExit) return error.exitCode;
    const reason: unknown = stop.signal.aborted ? stop.signal.reason : error;
    if (reason instanceof StopRequest) {
      if (reason.exitCode === 1) process.stderr.write(`${reason.message}\n`);
      return reason.exitCode;
    }
    const full = (error as NodeJS.ErrnoException | null)?.code === 'ENOSPC';
    const message = error instanceof Error ? error.message : String(error);
    process.stderr.write(`${full ? 'The disk is full. ' : ''}${message}\n`);
    return 1;
  } finally {
    clearInterval(orphaned);
    await stopChildren(3_000);
  }
}
