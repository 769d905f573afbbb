import { Duration } from 'aws-cdk-lib';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { FEED_NAMES, streamTableName } from '../../services/contract';
import type { DailyBatchSettings, TableEngineSettings } from '../stages';
import type { SinkBucket } from '../sink/sink-bucket';
import { TableEngineFunction, type TableEngineFunctionProps } from '../shared/table-engine-function';

/** Properties of {@link BatchFunctions}. */
export interface BatchFunctionsProps {
  readonly userId: string;
  readonly sink: SinkBucket;
  readonly settings: DailyBatchSettings;
  readonly tableEngine: TableEngineSettings;
  /** The namespace of the counts that the functions write. */
  readonly metricsNamespace: string;
  readonly logRetention: RetentionDays;
}

/** As long as Lambda lets a function run. */
const TIMEOUT = Duration.minutes(15);

/** The table with the list of the raw files, and that of what was refused. */
const [BATCH_FILES, QUARANTINE] = ['batch_files', 'quarantine'];

/** The functions of the daily batch, each with the rights to what it reads and writes, and no more. */
export class BatchFunctions extends Construct {
  /** Cleans the new raw files; only where Lambda is the engine. */
  readonly batch: IFunction | undefined;
  /** Answers; only where Lambda is the engine: the Spark job answers as well. */
  readonly answers: IFunction | undefined;
  readonly reconcile: IFunction;
  readonly care: IFunction;

  constructor(
    scope: Construct,
    id: string,
    private readonly props: BatchFunctionsProps,
  ) {
    super(scope, id);
    const { userId, sink, settings } = props;
    if (settings.engine.kind === 'lambda') {
      this.batch = this.add('Batch', 'batch', 'Cleans new raw files into the batch tables');
      sink.grantRead(this.batch, { rawFiles: true });
      sink.grantTables(this.batch, batchTables());
      this.answers = this.add('Answers', 'answers', 'Answers the eight questions');
      sink.grantRead(this.answers, { tables: FEED_NAMES });
      sink.grantAnswers(this.answers);
    }
    this.reconcile = this.add(
      'Reconcile',
      'reconcile',
      'Counts every record, and fails when one is missing or double',
      // Spark has no log that CloudWatch makes metrics of.
      this.batch === undefined ? { COUNTS_BATCH: 'true' } : {},
    );
    const tables = [...batchTables(), ...FEED_NAMES.map((feed) => streamTableName(userId, feed))];
    sink.grantRead(this.reconcile, { rawFiles: true, ledger: true, tables });
    this.care = this.add(
      'Care',
      'batch_care',
      'Checkpoints, compacts and vacuums the batch tables',
      // One compactor a table: the Spark job compacts those that it writes.
      this.batch === undefined ? { SPARK_COMPACTS: 'true' } : {},
    );
    sink.grantTables(this.care, [...FEED_NAMES, BATCH_FILES], { delete: true });
  }

  private add(
    id: string,
    module: TableEngineFunctionProps['module'],
    description: string,
    environment: Readonly<Record<string, string>> = {},
  ): IFunction {
    const { userId, sink, settings, tableEngine, metricsNamespace, logRetention } = this.props;
    return new TableEngineFunction(this, id, {
      module,
      description,
      settings: tableEngine,
      timeout: TIMEOUT,
      memoryMiB: settings.memoryMiB,
      storageMiB: settings.storageMiB,
      // The state machine tries again.
      retryAttempts: 0,
      environment: { SINK_BUCKET: sink.bucket.bucketName, USER_ID: userId, ...environment },
      metricsNamespace,
      logRetention,
    });
  }
}

/** What a batch reads and writes. */
export function batchTables(): string[] {
  return [...FEED_NAMES, QUARANTINE, BATCH_FILES];
}
