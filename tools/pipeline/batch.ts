/** The daily batch: raw files to cleaned Delta tables. */
import type { Deployment } from './deployment';
import type { BatchReport } from './documents.generated';
import { keepDeadLetterRecords } from './keep-dead-letter-records';
import { type TableEngineOptions, runTableEngine } from './table-engine';

export type { BatchReport } from './documents.generated';

type NullUnlessKnown<T> = { readonly [K in keyof T]: T[K] | null };

/**
 * What a batch did, wherever it ran. On a stage on AWS the figures are null when its end was not waited for, or when
 * Spark did it; `seconds` are then those of the whole daily batch.
 */
export interface BatchResult extends NullUnlessKnown<Omit<BatchReport, 'seconds'>> {
  readonly seconds: number;
  /** Of a stage on AWS: the run of its state machine. */
  readonly executionArn?: string;
  /** Of a stage on AWS, as Step Functions has it; `RUNNING` when its end was not waited for. */
  readonly status?: 'RUNNING' | 'SUCCEEDED';
  /** Of a stage on AWS: what its step that cleans reported; the figures above are its own. */
  readonly report?: BatchReport | null;
}

/** Runs one batch over the raw files that no batch has read yet, and the dead-letter records that are new. */
export async function batch(deployment: Deployment, options: TableEngineOptions): Promise<BatchReport> {
  await keepDeadLetterRecords(deployment, options.signal);
  return runTableEngine<BatchReport>(deployment, 'batch', options);
}
