import { Duration } from 'aws-cdk-lib';
import type { Function } from 'aws-cdk-lib/aws-lambda';
import type { RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Schedule, ScheduleExpression } from 'aws-cdk-lib/aws-scheduler';
import { LambdaInvoke } from 'aws-cdk-lib/aws-scheduler-targets';
import { Construct } from 'constructs';
import { deadLetterReaders, deadLetterTopicName } from '../../services/contract';
import type { EnvironmentOf } from '../../services/contract/environment';
import type { KafkaAccess } from '../kafka/kafka-access';
import { PipelineFunction, type FunctionNetwork } from '../shared/pipeline-function';
import { RAW_FILES, type SinkBucket } from './sink-bucket';

/** Properties of {@link DeadLetters}. */
export interface DeadLettersProps {
  readonly userId: string;
  readonly kafka: KafkaAccess;
  /** Where dead-letter records are archived, from where the batch takes them into quarantine. */
  readonly sink: SinkBucket;
  /**
   * Where the brokers are reached from.
   *
   * @default no network
   */
  readonly network?: FunctionNetwork;
  readonly logRetention: RetentionDays;
}

const EVERY = Duration.hours(1);

/**
 * Copies new dead-letter records into the sink bucket every hour: the batch reads only files, and the topic is deleted
 * with its cluster. Lambda retries a failed run twice; the next run continues after the last object.
 */
export class DeadLetters extends Construct {
  readonly function: Function;

  constructor(scope: Construct, id: string, props: DeadLettersProps) {
    super(scope, id);
    const { userId, kafka, sink, network, logRetention } = props;
    const topic = deadLetterTopicName(userId);
    const keeper = new PipelineFunction(this, 'Function', {
      folder: 'dead-letters',
      description: 'Copies dead-letter records into the sink bucket',
      timeout: Duration.minutes(5),
      memorySize: 512,
      environment: {
        BOOTSTRAP_SERVERS: kafka.bootstrapServers,
        AUTHENTICATION: kafka.auth,
        USER_ID: userId,
        SINK_BUCKET: sink.bucket.bucketName,
        RAW_FILES,
      } satisfies EnvironmentOf<'dead-letters'>,
      network,
      logRetention,
    });
    kafka.grantConsume(keeper, [topic], [`${deadLetterReaders(userId)}*`]);
    sink.grantRawFiles(keeper, topic);
    new Schedule(this, 'Schedule', {
      description: 'Archives dead-letter records',
      schedule: ScheduleExpression.rate(EVERY),
      target: new LambdaInvoke(keeper, { retryAttempts: 0, maxEventAge: EVERY }),
    });
    this.function = keeper;
  }
}
