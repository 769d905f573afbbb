/** A client of Kinesis, and its shards. */
import { KinesisClient, ListShardsCommand } from '@aws-sdk/client-kinesis';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import type { AwsClientConfig } from './deployment';

/** Functions read the same shards, and a shard gives five answers a second: some tries must wait. */
const ATTEMPTS = 10;

/** Makes a client; destroy it after use. */
export function kinesisClient(aws: AwsClientConfig): KinesisClient {
  // The SDK speaks HTTP/2 with Kinesis, of which a local AWS cuts long answers short.
  const requestHandler = aws.endpoint === undefined ? undefined : new NodeHttpHandler();
  return new KinesisClient({ ...aws, maxAttempts: ATTEMPTS, ...(requestHandler && { requestHandler }) });
}

/**
 * Every shard that the stream still has records of, parents before children.
 *
 * @throws Error of the SDK when the stream cannot be read.
 */
export async function shardIds(client: KinesisClient, streamName: string): Promise<string[]> {
  const ids: string[] = [];
  let next: string | undefined;
  do {
    const page = await client.send(
      new ListShardsCommand(next === undefined ? { StreamName: streamName } : { NextToken: next }),
    );
    ids.push(...(page.Shards ?? []).flatMap(({ ShardId }) => (ShardId === undefined ? [] : [ShardId])));
    next = page.NextToken;
  } while (next !== undefined);
  return ids.sort();
}
