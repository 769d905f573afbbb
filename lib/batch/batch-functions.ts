import { Duration } from 'aws-cdk-lib';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { FEED_NAMES, streamTableName } from '../../services/contract';
import type { EnvironmentOf, TableEngineModule } from '../../services/contract/environment';
import type { DailyBatchSettings, TableEngineSettings } from '../stages';
import type { SinkBucket } from '../sink/sink-bucket';
import { PipelineFunction } from '../shared/pipeline-function';
import { TableEngineFunction } from '../shared/table-engine-function';

/** Properties of {@link BatchFunctions}. */
export interface BatchFunctionsProps {
  readonly userId: string;
  readonly sink: SinkBucket;
  readonly settings: DailyBatchSettings;
  readonly tableEngine: TableEngineSettings;
  /** The CloudWatch namespace of the functions' metrics. */
  readonly metricsNamespace: string;
  readonly logRetention: RetentionDays;
}

/** Lambda's maximum. */
const TIMEOUT = Duration.minutes(15);

/** The table that lists processed raw files, and the quarantine table. */
const [BATCH_FILES, QUARANTINE] = ['batch_files', 'quarantine'];

/** The functions of the daily batch, each with the least privileges for what it reads and writes. */
export class BatchFunctions extends Construct {
  /** Cleans the new raw files; only where Lambda is the engine. */
  readonly batch: IFunction | undefined;
  /** Answers the questions; only where Lambda is the engine: the Spark job does it itself. */
  readonly answers: IFunction | undefined;
  readonly reconcile: IFunction;
  readonly maintenance: IFunction;
  /** Makes the report. */
  readonly report: IFunction;

  constructor(
    scope: Construct,
    id: string,
    private readonly props: BatchFunctionsProps,
  ) {
    super(scope, id);
    const { userId, sink, settings, metricsNamespace } = props;
    const SINK_BUCKET = sink.bucket.bucketName;
    const ofUser = { SINK_BUCKET, USER_ID: userId };
    const counting = { ...ofUser, METRICS_NAMESPACE: metricsNamespace };
    if (settings.engine.kind === 'lambda') {
      this.batch = this.add('Batch', 'batch', 'Cleans new raw files into the batch tables', counting);
      sink.grantRead(this.batch, { rawFiles: true });
      sink.grantTables(this.batch, batchTables());
      this.answers = this.add('Answers', 'answers', 'Answers the eight questions', ofUser);
      sink.grantRead(this.answers, { tables: FEED_NAMES });
      sink.grantAnswers(this.answers);
    }
    this.reconcile = this.add(
      'Reconcile',
      'reconcile',
      'Counts every record, and fails when one is missing or double',
      // EMR Serverless has no log that a metric filter could read.
      { ...counting, ...(this.batch === undefined && { COUNTS_BATCH: 'true' }) },
    );
    const tables = [...batchTables(), ...FEED_NAMES.map((feed) => streamTableName(userId, feed))];
    sink.grantRead(this.reconcile, { rawFiles: true, ledger: true, tables });
    sink.grantReportFacts(this.reconcile);
    this.maintenance = this.add(
      'Care',
      'batch_maintenance',
      'Checkpoints, compacts and vacuums the batch tables',
      // Each table has one compactor: the Spark job compacts the tables that it writes.
      { SINK_BUCKET, ...(this.batch === undefined && { SPARK_COMPACTS: 'true' }) },
    );
    sink.grantTables(this.maintenance, [...FEED_NAMES, BATCH_FILES], { delete: true });
    this.report = new PipelineFunction(this, 'Report', {
      folder: 'report',
      description: 'Makes the report of a batch',
      timeout: Duration.minutes(2),
      memorySize: 512,
      // The state machine retries.
      retryAttempts: 0,
      environment: { SINK_BUCKET } satisfies EnvironmentOf<'report'>,
      logRetention: props.logRetention,
    });
    sink.grantRead(this.report, { answers: true });
    sink.grantReports(this.report);
  }

  private add<M extends TableEngineModule>(
    id: string,
    module: M,
    description: string,
    environment: EnvironmentOf<M>,
  ): IFunction {
    const { settings, tableEngine, logRetention } = this.props;
    return new TableEngineFunction(this, id, {
      module,
      description,
      settings: tableEngine,
      timeout: TIMEOUT,
      memoryMiB: settings.memoryMiB,
      storageMiB: settings.storageMiB,
      // The state machine retries.
      retryAttempts: 0,
      environment,
      logRetention,
    });
  }
}

/** What a batch reads and writes. */
export function batchTables(): string[] {
  return [...FEED_NAMES, QUARANTINE, BATCH_FILES];
}
