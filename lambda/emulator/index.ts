/** The emulator on a schedule. Each invocation goes on in the random sequence where the ledger of the one before ends. */
import type { Context } from 'aws-lambda';
import { emulate, openPorts, type EmulatorReport, type OpenPorts } from '../../emulator';
import { readEnvironment } from './environment';

/** Time kept for the running batch and the ledger, in milliseconds. */
const RESERVE_MS = 45_000;

// Warm invocations share the database pool and the connections to the API.
let ports: OpenPorts | undefined;

/** Sends one run's posts, and returns the report. */
export async function handler(_event: unknown, context: Context): Promise<EmulatorReport> {
  const { targets, options } = readEnvironment(process.env);
  const signal = AbortSignal.timeout(Math.max(1, context.getRemainingTimeInMillis() - RESERVE_MS));
  try {
    ports ??= await openPorts(targets);
    const report = await emulate(options, ports, { signal });
    console.log(JSON.stringify(report));
    return report;
  } catch (error) {
    // The secret may have changed: the next invocation reads it again.
    await ports?.close().catch(() => undefined);
    ports = undefined;
    throw error;
  }
}
