/** Sends one record as it is, noted in the ledger like those of an emulation. */
import { runName, checkOptions, type EmulatorDestination } from './options';
import type { FeedName } from '../contract';
import { deliverTo } from './deliver';
import type { EmulatorPorts } from './emulate';
import type { Acknowledgement } from './ledger';
import { LedgerWriter } from './ledger-writer';
import type { FeedRecord } from './records';
import { readResumePoint } from './resume-point';

/** A record, and where it is sent to. */
export interface SingleRecord extends FeedRecord {
  readonly userId: string;
  readonly destination: EmulatorDestination;
  readonly feed: FeedName;
  /** The name of the run in whose ledger it is noted; `-streams` is appended for the streams. */
  readonly run: string;
}

/**
 * Sends the record.
 *
 * @returns where it was acknowledged.
 * @throws Error when it was not acknowledged, of which nothing is noted, or when it could not be noted.
 */
export async function sendOne(
  { userId, destination, feed, run: name, ...record }: SingleRecord,
  { api, ledger: store, clock }: Pick<EmulatorPorts, 'api' | 'ledger' | 'clock'>,
  signal?: AbortSignal,
): Promise<Acknowledgement> {
  const options = checkOptions({ userId, destination, run: runName(name, destination) });
  const { run, seed, mode, attempts, batchBytes } = options;
  const { position: from, sequence } = await readResumePoint(store, options, [feed]);
  const policy = { attempts, batchBytes, clock, random: Math.random, signal };
  const sent = await deliverTo(options, api)(feed, [record], policy);
  if (sent.acknowledged !== 1) {
    throw new Error(`The record was not acknowledged: ${sent.problems.join(' ')}`);
  }
  const ledger = new LedgerWriter(store, run, sequence, clock);
  ledger.add([
    {
      ...{ run, seed, mode, from, to: from + 1, feed, sent: 1, acknowledged: 1, failed: 0 },
      attempts: sent.attempts,
      ...sent.acknowledgement,
      at: new Date().toISOString(),
    },
  ]);
  await ledger.close();
  if (ledger.problem !== undefined) throw new Error(ledger.problem);
  return sent.acknowledgement;
}
