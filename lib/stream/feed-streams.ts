import { Duration, type RemovalPolicy } from 'aws-cdk-lib';
import { Stream, StreamEncryption, StreamMode, type IStream } from 'aws-cdk-lib/aws-kinesis';
import { Construct } from 'constructs';
import { FEED_NAMES, streamName, type FeedName } from '../../services/contract';
import type { StreamCapacity } from '../stages';

/** Properties of {@link FeedStreams}. */
export interface FeedStreamsProps {
  readonly userId: string;
  readonly capacity: StreamCapacity;
  /** Retention of records in hours, 24 to 8760. */
  readonly retentionHours: number;
  /** Removal policy of the streams. */
  readonly removalPolicy: RemovalPolicy;
}

/** The three feeds' Kinesis streams, encrypted with the AWS-managed key. Kinesis is TLS only. */
export class FeedStreams extends Construct {
  private readonly streams: Readonly<Record<FeedName, IStream>>;

  constructor(scope: Construct, id: string, props: FeedStreamsProps) {
    super(scope, id);
    const { userId, capacity, retentionHours, removalPolicy } = props;
    const streams = FEED_NAMES.map((feed) => [
      feed,
      new Stream(this, feed, {
        streamName: streamName(userId, feed),
        ...(capacity.kind === 'provisioned'
          ? { streamMode: StreamMode.PROVISIONED, shardCount: capacity.shards }
          : { streamMode: StreamMode.ON_DEMAND }),
        retentionPeriod: Duration.hours(retentionHours),
        encryption: StreamEncryption.MANAGED,
        removalPolicy,
      }),
    ]);
    this.streams = Object.fromEntries(streams) as Record<FeedName, IStream>;
  }

  /** The stream of a feed. */
  of(feed: FeedName): IStream {
    return this.streams[feed];
  }
}
