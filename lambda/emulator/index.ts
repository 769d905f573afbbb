/**
 * The emulator on a schedule, and for the command line. Each invocation of a run continues where the ledger of the one before
 * ends.
 */
import type { Context } from 'aws-lambda';
import { emulate, type EmulatorReport } from '../../services/emulator';
import { readEnvironment } from './environment';
import { closePorts, sharedPorts } from './ports';

/** Time kept for the running batch and the ledger, in milliseconds. */
const RESERVE_MS = 45_000;

/** Sends one run's posts, and returns the report. */
export async function handler(event: unknown, context: Context): Promise<EmulatorReport> {
  const { targets, options } = readEnvironment(process.env, event);
  const signal = AbortSignal.timeout(Math.max(1, context.getRemainingTimeInMillis() - RESERVE_MS));
  try {
    const report = await emulate(options, await sharedPorts(targets), { signal });
    // Not by the console: Lambda puts time and request before it, and a metric filter reads lines that are JSON as a whole.
    process.stdout.write(`${JSON.stringify(report)}\n`);
    return report;
  } catch (error) {
    // The database's password may have changed since the secret was read.
    await closePorts().catch(() => undefined);
    throw error;
  }
}
