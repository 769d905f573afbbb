import { RemovalPolicy } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { FeedStreams, type FeedStreamsProps } from '../../../../lib/stream/feed-streams';
import { emptyStack, resourcesOf } from '../synth';

function streams(overrides: Partial<FeedStreamsProps> = {}): Record<string, unknown>[] {
  const stack = emptyStack();
  new FeedStreams(stack, 'Streams', {
    userId: 'me',
    capacity: { kind: 'provisioned', shards: 2 },
    retentionHours: 24,
    removalPolicy: RemovalPolicy.RETAIN,
    ...overrides,
  });
  return resourcesOf(Template.fromStack(stack), 'AWS::Kinesis::Stream').map(([, { Properties }]) => ({
    ...Properties,
  }));
}

test('a provisioned stream has the shards of the stage', () => {
  for (const stream of streams({ capacity: { kind: 'provisioned', shards: 7 } })) {
    expect(stream).toMatchObject({ ShardCount: 7, StreamModeDetails: { StreamMode: 'PROVISIONED' } });
  }
});

test('a stream on demand has no shard count', () => {
  for (const stream of streams({ capacity: { kind: 'on-demand' } })) {
    expect(stream).toMatchObject({ StreamModeDetails: { StreamMode: 'ON_DEMAND' } });
    expect(stream.ShardCount).toBeUndefined();
  }
});

test('records are kept as long as the stage says', () => {
  expect(streams({ retentionHours: 168 }).map(({ RetentionPeriodHours }) => RetentionPeriodHours)).toEqual([
    168, 168, 168,
  ]);
});
