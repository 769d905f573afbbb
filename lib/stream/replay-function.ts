import { Duration } from 'aws-cdk-lib';
import type { RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';
import { FEED_NAMES, streamTableName } from '../../services/contract';
import type { TableEngineSettings } from '../stages';
import type { SinkBucket } from '../sink/sink-bucket';
import { TableEngineFunction } from '../shared/table-engine-function';

/** Properties of the {@link ReplayFunction}. */
export interface ReplayFunctionProps {
  readonly userId: string;
  /** Where raw files and tables are. */
  readonly sink: SinkBucket;
  readonly tableEngine: TableEngineSettings;
  readonly logRetention: RetentionDays;
}

/** As long as Lambda lets a function run. */
const TIMEOUT = Duration.minutes(15);
/** What is looked up again may be many days of raw files; it costs while it runs only. */
const [MEMORY_MIB, STORAGE_MIB] = [3008, 4096];

/**
 * The function by which the command line brings back what a table lacks. Records of a stream are handed to it by the
 * caller, who reads them, so that it needs no right to the streams; raw files it reads itself.
 */
export class ReplayFunction extends TableEngineFunction {
  constructor(
    scope: Construct,
    id: string,
    { userId, sink, tableEngine, logRetention }: ReplayFunctionProps,
  ) {
    super(scope, id, {
      module: 'replay',
      description: 'Brings back what a table lacks, from the stream or the raw files',
      settings: tableEngine,
      timeout: TIMEOUT,
      memoryMiB: MEMORY_MIB,
      storageMiB: STORAGE_MIB,
      // Whoever called it waits, and can call again.
      retryAttempts: 0,
      environment: { SINK_BUCKET: sink.bucket.bucketName, USER_ID: userId },
      logRetention,
    });
    sink.grantRead(this, { rawFiles: true, tables: ['batch_files'] });
    sink.grantTables(this, [
      ...FEED_NAMES,
      ...FEED_NAMES.map((feed) => streamTableName(userId, feed)),
      'quarantine',
    ]);
  }
}
