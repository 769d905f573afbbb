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
  /** The bucket of raw files and tables. */
  readonly sink: SinkBucket;
  readonly tableEngine: TableEngineSettings;
  readonly logRetention: RetentionDays;
}

/** Lambda's maximum. */
const TIMEOUT = Duration.minutes(15);
/** A replay may look up many days of raw files; the memory costs only while it runs. */
const [MEMORY_MIB, STORAGE_MIB] = [3008, 4096];

/**
 * Function that restores records missing from a table. The caller reads records of a stream and passes them in, so it
 * needs no permission for the streams; it reads raw files itself.
 */
export class ReplayFunction extends TableEngineFunction<'replay'> {
  constructor(
    scope: Construct,
    id: string,
    { userId, sink, tableEngine, logRetention }: ReplayFunctionProps,
  ) {
    super(scope, id, {
      module: 'replay',
      description: 'Restores records missing from a table, from the stream or the raw files',
      settings: tableEngine,
      timeout: TIMEOUT,
      memoryMiB: MEMORY_MIB,
      storageMiB: STORAGE_MIB,
      // The caller waits, and can retry.
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
