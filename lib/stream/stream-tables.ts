import { Duration, type RemovalPolicy } from 'aws-cdk-lib';
import { MetricType, StartingPosition } from 'aws-cdk-lib/aws-lambda';
import { KinesisEventSource } from 'aws-cdk-lib/aws-lambda-event-sources';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Schedule, ScheduleExpression } from 'aws-cdk-lib/aws-scheduler';
import { LambdaInvoke } from 'aws-cdk-lib/aws-scheduler-targets';
import { Construct } from 'constructs';
import { FEED_NAMES, streamTableName, type FeedName } from '../../services/contract';
import type { StreamSettings, TableEngineSettings } from '../stages';
import { FailuresBucket } from './failures-bucket';
import type { FeedStreams } from './feed-streams';
import type { SinkBucket } from '../sink/sink-bucket';
import { TableEngineFunction } from '../shared/table-engine-function';

/** Properties of {@link StreamTables}. */
export interface StreamTablesProps {
  readonly userId: string;
  /** Undefined while the stage is parked: existing tables are maintained, but no records arrive. */
  readonly streams: FeedStreams | undefined;
  /** The bucket of the tables. */
  readonly sink: SinkBucket;
  readonly settings: StreamSettings;
  readonly tableEngine: TableEngineSettings;
  /** The CloudWatch namespace of the functions' metrics. */
  readonly metricsNamespace: string;
  /** Removal policy of the failures bucket; one that is not empty always remains. */
  readonly removalPolicy: RemovalPolicy;
  /**
   * Whether that bucket is emptied first.
   *
   * @default false
   */
  readonly emptied?: boolean;
  /**
   * Encryption key of the failures bucket.
   *
   * @default S3-managed keys
   */
  readonly encryptionKey?: IKey;
  readonly logRetention: RetentionDays;
}

/** The function that appends a feed's stream to its table, and its event source mapping. */
export interface StreamAppender {
  readonly feed: FeedName;
  readonly function: IFunction;
  /** The id of the event source mapping. */
  readonly mappingId: string;
}

/** One batch, with a cold start and slow S3 requests. */
const APPEND_TIMEOUT = Duration.minutes(2);
const MAINTENANCE_TIMEOUT = Duration.minutes(15);
const REDRIVE_EVERY = Duration.hours(1);

/** The quarantine table, appended to by all feeds. */
const QUARANTINE = 'quarantine';

/**
 * From the streams to the tables: for each feed a function that appends its stream, one batch per shard at a time;
 * table maintenance; and the failures bucket with its redrive.
 */
export class StreamTables extends Construct {
  /** Batches that could not be appended. */
  readonly failures: FailuresBucket;
  /** The append functions, one per feed. */
  readonly appenders: readonly StreamAppender[];
  /** The function that checkpoints, compacts and vacuums the tables. */
  readonly maintenance: IFunction;
  /** The function that appends records from the failures bucket. */
  readonly redrive: IFunction;

  constructor(scope: Construct, id: string, props: StreamTablesProps) {
    super(scope, id);
    const { settings } = props;
    this.failures = new FailuresBucket(this, 'Failures', {
      retentionDays: settings.failureRetentionDays,
      removalPolicy: props.removalPolicy,
      encryptionKey: props.encryptionKey,
      emptied: props.emptied,
    });
    const { streams } = props;
    this.appenders =
      streams === undefined ? [] : FEED_NAMES.map((feed) => this.addAppender(feed, streams, props));
    this.maintenance = this.addMaintenance(props);
    this.redrive = this.addRedrive(props);
  }

  private addAppender(feed: FeedName, streams: FeedStreams, props: StreamTablesProps): StreamAppender {
    const { userId, sink, settings, tableEngine, metricsNamespace, logRetention } = props;
    const append = new TableEngineFunction(this, `Append-${feed}`, {
      module: 'append',
      description: `Appends the ${feed} stream to its table`,
      settings: tableEngine,
      timeout: APPEND_TIMEOUT,
      retryAttempts: 0,
      environment: {
        SINK_BUCKET: sink.bucket.bucketName,
        USER_ID: userId,
        FEED: feed,
        METRICS_NAMESPACE: metricsNamespace,
      },
      logRetention,
    });
    sink.grantTables(append, [streamTableName(userId, feed), QUARANTINE]);
    const source = new KinesisEventSource(streams.of(feed), {
      startingPosition: StartingPosition.TRIM_HORIZON,
      batchSize: settings.batchSize,
      maxBatchingWindow: Duration.seconds(settings.batchWindowSeconds),
      // Exactly-once depends on a shard's batches arriving one at a time, in order.
      parallelizationFactor: 1,
      bisectBatchOnError: true,
      retryAttempts: settings.retryAttempts,
      maxRecordAge: Duration.minutes(settings.maxRecordAgeMinutes),
      onFailure: this.failures,
      metricsConfig: settings.countsEvents ? { metrics: [MetricType.EVENT_COUNT] } : undefined,
    });
    append.addEventSource(source);
    return { feed, function: append, mappingId: source.eventSourceMappingId };
  }

  private addMaintenance({ userId, sink, tableEngine, logRetention }: StreamTablesProps): IFunction {
    const maintenance = new TableEngineFunction(this, 'Care', {
      module: 'maintenance',
      description: 'Checkpoints, compacts and vacuums the tables of the streams',
      settings: tableEngine,
      timeout: MAINTENANCE_TIMEOUT,
      // The next run makes up for a failed one.
      retryAttempts: 0,
      environment: { SINK_BUCKET: sink.bucket.bucketName, USER_ID: userId },
      logRetention,
    });
    sink.grantTables(maintenance, tablesOf(userId), { delete: true });
    new Schedule(this, 'CareSchedule', {
      description: 'Runs table maintenance',
      schedule: ScheduleExpression.rate(Duration.minutes(tableEngine.maintenanceEveryMinutes)),
      target: new LambdaInvoke(maintenance, { retryAttempts: 0, maxEventAge: Duration.minutes(1) }),
    });
    return maintenance;
  }

  private addRedrive({ userId, sink, tableEngine, logRetention }: StreamTablesProps): IFunction {
    const redrive = new TableEngineFunction(this, 'Redrive', {
      module: 'redrive',
      description: 'Appends records from the failures bucket',
      settings: tableEngine,
      timeout: MAINTENANCE_TIMEOUT,
      retryAttempts: 0,
      environment: {
        SINK_BUCKET: sink.bucket.bucketName,
        USER_ID: userId,
        FAILURES_BUCKET: this.failures.bucket.bucketName,
      },
      logRetention,
    });
    sink.grantTables(redrive, tablesOf(userId));
    this.failures.grantRedrive(redrive);
    new Schedule(this, 'RedriveSchedule', {
      description:
        'Appends records from the failures bucket; enable it when the cause of the failures is fixed',
      schedule: ScheduleExpression.rate(REDRIVE_EVERY),
      enabled: false,
      target: new LambdaInvoke(redrive, { retryAttempts: 0, maxEventAge: Duration.minutes(1) }),
    });
    return redrive;
  }
}

function tablesOf(userId: string): string[] {
  return [...FEED_NAMES.map((feed) => streamTableName(userId, feed)), QUARANTINE];
}
