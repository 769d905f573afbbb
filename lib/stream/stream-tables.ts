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
  /** Undefined while the stage is parked: what is there is cared for, and nothing comes. */
  readonly streams: FeedStreams | undefined;
  /** Where the tables are. */
  readonly sink: SinkBucket;
  readonly settings: StreamSettings;
  readonly tableEngine: TableEngineSettings;
  /** The namespace of the counts that the functions write. */
  readonly metricsNamespace: string;
  /** What becomes of the bucket of failures when its stack is deleted. One that is not empty stays in any case. */
  readonly removalPolicy: RemovalPolicy;
  /**
   * Whether that bucket is emptied first.
   *
   * @default false
   */
  readonly emptied?: boolean;
  /**
   * What encrypts the bucket of failures.
   *
   * @default the key that S3 manages
   */
  readonly encryptionKey?: IKey;
  readonly logRetention: RetentionDays;
}

/** The function that appends a feed's stream to its table, and the mapping that calls it. */
export interface StreamAppender {
  readonly feed: FeedName;
  readonly function: IFunction;
  /** The id of the event source mapping. */
  readonly mappingId: string;
}

/** One batch: a cold start, and S3 taking its time. */
const APPEND_TIMEOUT = Duration.minutes(2);
const CARE_TIMEOUT = Duration.minutes(15);
const REDRIVE_EVERY = Duration.hours(1);

/** The table of what was refused, beside those of the feeds. */
const QUARANTINE = 'quarantine';

/**
 * From the streams to the tables: a function for each feed that appends what its stream delivers, one batch of a shard
 * at a time; the care of the tables; and where records go that could not be appended, with the way back.
 */
export class StreamTables extends Construct {
  /** Where the records are that were given up. */
  readonly failures: FailuresBucket;
  /** The functions that append, one a feed. */
  readonly appenders: readonly StreamAppender[];
  /** The function that keeps the tables small and quick to read. */
  readonly care: IFunction;
  /** The function that appends what was given up. */
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
    this.care = this.addCare(props);
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
      environment: { SINK_BUCKET: sink.bucket.bucketName, USER_ID: userId, FEED: feed },
      metricsNamespace,
      logRetention,
    });
    sink.grantTables(append, [streamTableName(userId, feed), QUARANTINE]);
    const source = new KinesisEventSource(streams.of(feed), {
      startingPosition: StartingPosition.TRIM_HORIZON,
      batchSize: settings.batchSize,
      maxBatchingWindow: Duration.seconds(settings.batchWindowSeconds),
      // A shard's batches come one after another, in order: that each record is stored once rests on it.
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

  private addCare({ userId, sink, tableEngine, logRetention }: StreamTablesProps): IFunction {
    const care = new TableEngineFunction(this, 'Care', {
      module: 'care',
      description: 'Checkpoints, compacts and vacuums the tables of the streams',
      settings: tableEngine,
      timeout: CARE_TIMEOUT,
      // The next run makes up for one that failed.
      retryAttempts: 0,
      environment: { SINK_BUCKET: sink.bucket.bucketName, USER_ID: userId },
      logRetention,
    });
    sink.grantTables(care, tablesOf(userId), { delete: true });
    new Schedule(this, 'CareSchedule', {
      description: 'Runs the care of the tables',
      schedule: ScheduleExpression.rate(Duration.minutes(tableEngine.careEveryMinutes)),
      target: new LambdaInvoke(care, { retryAttempts: 0, maxEventAge: Duration.minutes(1) }),
    });
    return care;
  }

  private addRedrive({ userId, sink, tableEngine, logRetention }: StreamTablesProps): IFunction {
    const redrive = new TableEngineFunction(this, 'Redrive', {
      module: 'redrive',
      description: 'Appends the records that were given up',
      settings: tableEngine,
      timeout: CARE_TIMEOUT,
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
      description: 'Appends the records that were given up; to be switched on when their cause is mended',
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
