import { Duration } from 'aws-cdk-lib';
import type { Function } from 'aws-cdk-lib/aws-lambda';
import { Schedule, ScheduleExpression, ScheduleTargetInput } from 'aws-cdk-lib/aws-scheduler';
import { LambdaInvoke } from 'aws-cdk-lib/aws-scheduler-targets';
import type { RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { FEED_NAMES, streamName, topicName } from '../../services/contract';
import type { EnvironmentOf } from '../../services/contract/environment';
import type { EmulatorSettings } from '../stages';
import type { IngestApi } from '../api/proxy-routes';
import { PipelineFunction, type FunctionNetwork } from '../shared/pipeline-function';
import type { SinkBucket } from '../sink/sink-bucket';
import type { SourceConnection } from '../source/source-connection';
import type { StreamApi } from '../api/stream-routes';

/** Properties of an {@link Emulator}. */
export interface EmulatorProps {
  readonly userId: string;
  readonly settings: EmulatorSettings;
  /** The source database. */
  readonly source: SourceConnection;
  /** The API that posts are sent to. */
  readonly api: IngestApi;
  /** The API's routes to the streams. */
  readonly streams: StreamApi;
  /** The bucket with the ledger. */
  readonly sink: SinkBucket;
  /**
   * Where the source database is reached from.
   *
   * @default no network
   */
  readonly network?: FunctionNetwork;
  readonly logRetention: RetentionDays;
}

const TIMEOUT = Duration.minutes(5);

/** The emulator: a function that draws posts and sends them through the API, and a schedule for each destination. */
export class Emulator extends Construct {
  readonly function: Function;

  constructor(scope: Construct, id: string, props: EmulatorProps) {
    super(scope, id);
    const { userId, settings, source, api, streams, sink, network, logRetention } = props;
    checkSettings(settings);
    const emulator = new PipelineFunction(this, 'Function', {
      folder: 'emulator',
      description: 'Draws posts from the source database and sends them to the API',
      timeout: TIMEOUT,
      memorySize: 512,
      // A failed run is not retried; the next one follows.
      retryAttempts: 0,
      environment: {
        API_URL: api.url,
        SOURCE_SECRET_ARN: source.secretArn,
        SINK_BUCKET: sink.bucket.bucketName,
        USER_ID: userId,
        SEED: String(settings.seed),
        POSTS_PER_RUN: String(settings.postsPerRun),
        RATE: String(settings.rate),
        ...(api.usagePlan && { API_KEY_ID: api.usagePlan.keyId }),
      } satisfies EnvironmentOf<'emulator'>,
      network,
      logRetention,
    });
    source.grantRead(emulator);
    api.usagePlan?.grantRead(emulator);
    sink.grantLedger(emulator);
    api.grantProduce(
      emulator,
      FEED_NAMES.map((feed) => topicName(userId, feed)),
    );
    for (const destination of settings.destinations) {
      const toStreams = destination === 'streams';
      new Schedule(this, toStreams ? 'StreamSchedule' : 'Schedule', {
        description: toStreams ? 'Runs the emulator to the streams' : 'Runs the emulator',
        schedule: ScheduleExpression.rate(Duration.minutes(settings.everyMinutes)),
        enabled: settings.scheduleEnabled,
        target: new LambdaInvoke(emulator, {
          input: toStreams ? ScheduleTargetInput.fromObject({ destination }) : undefined,
          retryAttempts: 0,
          maxEventAge: Duration.minutes(Math.max(1, settings.everyMinutes)),
        }),
      });
    }
    if (settings.destinations.includes('streams')) {
      streams.grantPut(
        emulator,
        FEED_NAMES.map((feed) => streamName(userId, feed)),
      );
    }
    this.function = emulator;
  }
}

/** @throws Error when a setting is out of range, or one run takes longer than the function may. */
function checkSettings({ everyMinutes, postsPerRun, rate, seed }: EmulatorSettings): void {
  for (const [name, value] of Object.entries({ everyMinutes, postsPerRun, seed })) {
    if (!Number.isSafeInteger(value) || value < (name === 'seed' ? 0 : 1)) {
      throw new Error(
        `The emulator's ${name} is ${value}: expected a whole number of at least ${name === 'seed' ? 0 : 1}.`,
      );
    }
  }
  if (!(rate > 0 && Number.isFinite(rate))) {
    throw new Error(`The emulator's rate is ${rate}: expected posts per second, more than 0.`);
  }
  const seconds = postsPerRun / rate;
  // Leave a fifth of the time for start-up, retries and the ledger.
  const limit = TIMEOUT.toSeconds() * 0.8;
  if (seconds > limit) {
    throw new Error(
      `One emulator run of ${postsPerRun} posts at ${rate} a second takes ${Math.ceil(seconds)} s: expected at most ${limit} s, within the function's time limit. Lower postsPerRun or raise rate.`,
    );
  }
}
