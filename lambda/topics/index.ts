/**
 * The topics as a CloudFormation custom resource:
 * `{BootstrapServers, Authentication?, Topics: [{Name, Partitions, ReplicationFactor, Config?}]}`; the authentication is `none`
 * (default) or `iam`, Amazon MSK's. With `RawFiles: {Bucket, Folder}`, recreated topics continue where the raw files end.
 */
import { S3Client } from '@aws-sdk/client-s3';
import type { CloudFormationCustomResourceEvent, Context } from 'aws-lambda';
import { handleCustomResource, type CustomResource } from '../custom-resource';
import { readTopicsProperties } from './plan';
import { storedOffsets, type RawFilesLocation, type StoredOffsets } from './raw-files';
import { ensureTopics } from './topics';

/** Creates and raises topics; deleting the resource leaves them and their records. */
export const topicsResource: CustomResource = {
  // Whatever the properties are, it is this resource: an update must never look like a replacement.
  physicalId: () => 'kafka-topics',
  async run({ type, properties, deadline }) {
    if (type === 'Delete') return { note: 'The topics and their records were left in Kafka.' };
    const wanted = readTopicsProperties(properties);
    const sentences = await withStoredOffsets(wanted.rawFiles, (stored) =>
      ensureTopics(wanted, deadline, stored),
    );
    return { note: sentences.length === 0 ? 'The topics were already as requested.' : sentences.join(' ') };
  },
};

async function withStoredOffsets<T>(
  location: RawFilesLocation | undefined,
  work: (stored: StoredOffsets | undefined) => Promise<T>,
): Promise<T> {
  if (location === undefined) return work(undefined);
  // A local AWS has no host names of buckets.
  const client = new S3Client({ forcePathStyle: process.env.AWS_ENDPOINT_URL !== undefined });
  try {
    return await work(storedOffsets(client, location));
  } finally {
    client.destroy();
  }
}

/** The Lambda's entry point. */
export async function handler(event: CloudFormationCustomResourceEvent, context: Context): Promise<void> {
  await handleCustomResource(event, context, topicsResource);
}
