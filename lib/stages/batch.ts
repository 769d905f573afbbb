/** Who runs the batch path. */
import { oneOf, optionalFolder, refuse, type SettingReader } from './settings';

/** Raw files are cleaned by Spark on EMR Serverless, which costs nothing while it does not run. */
export interface EmrServerlessEngine {
  readonly kind: 'emr-serverless';
  /** For example `emr-spark-8.1.0`, which has Spark 4.1; the package's jars have to be for that Spark. */
  readonly release: string;
  /** Virtual processors that a run may take at most. */
  readonly maxVcpus: number;
  /** GB of memory that a run may take at most. */
  readonly maxMemoryGb: number;
  /**
   * The folder with the job: `main.py`, `python/` (packages, `feeds`, `sql`) and `jars/`.
   *
   * @default made when it is deployed
   */
  readonly package?: string;
}

/** A run of the batch path every day: batch, answers, reconciliation, maintenance of the tables. */
export interface DailyBatchSettings {
  readonly kind: 'daily';
  /** The hour at which it begins, UTC, 0 to 23. */
  readonly hour: number;
  /**
   * What cleans raw files: DuckDB in a function (at most 15 minutes a day, 10 GiB of memory and as much on disk), or Spark.
   */
  readonly engine: { readonly kind: 'lambda' } | EmrServerlessEngine;
  /** MiB of memory of each of its functions, 128 to 10240. */
  readonly memoryMiB: number;
  /** MiB of temporary storage of each of its functions, 512 to 10240. */
  readonly storageMiB: number;
  /** Gigabytes that one Athena query over the tables may read. */
  readonly scanLimitGigabytes: number;
}

/** Who runs the batch path; with `manual` nothing is scheduled, and the command line does. */
export type BatchPart = { readonly kind: 'manual' } | DailyBatchSettings;

/** What Spark on EMR Serverless may take where the stage itself has another engine. */
const SMALL_SPARK = {
  kind: 'emr-serverless',
  release: 'emr-spark-8.1.0',
  maxVcpus: 8,
  maxMemoryGb: 32,
} as const;

/** Reads `batchEngine` and `sparkPackage`. @throws SettingError */
export function readBatch(made: DailyBatchSettings, read: SettingReader): BatchPart {
  const fallback = made.engine.kind;
  const choice = oneOf(read, 'batchEngine', ['lambda', 'emr-serverless', 'none'], fallback);
  if (choice === 'emr-serverless') {
    const engine = made.engine.kind === 'emr-serverless' ? made.engine : SMALL_SPARK;
    return { ...made, engine: { ...engine, package: optionalFolder(read, 'sparkPackage') } };
  }
  const why = 'the batch does not run on Spark: leave it out, or give "-c batchEngine=emr-serverless"';
  refuse(read, ['sparkPackage'], why);
  return choice === 'none' ? { kind: 'manual' } : { ...made, engine: { kind: 'lambda' } };
}
