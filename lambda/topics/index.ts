/**
 * The topics as a CloudFormation custom resource:
 * `{BootstrapServers, Authentication?, Topics: [{Name, Partitions, ReplicationFactor, Config?}]}`; the authentication is `none`
 * (default) or `iam`, Amazon MSK's.
 */
import type { CloudFormationCustomResourceEvent, Context } from 'aws-lambda';
import { handleCustomResource, type CustomResource } from '../custom-resource';
import { readTopicsProperties } from './plan';
import { ensureTopics } from './topics';

/** Creates and raises topics; deleting the resource leaves them and their records. */
export const topicsResource: CustomResource = {
  // Whatever the properties are, it is this resource: an update must never look like a replacement.
  physicalId: () => 'kafka-topics',
  async run({ type, properties, deadline }) {
    if (type === 'Delete') return { note: 'The topics and their records were left in Kafka.' };
    const sentences = await ensureTopics(readTopicsProperties(properties), deadline);
    return { note: sentences.length === 0 ? 'The topics were already as asked for.' : sentences.join(' ') };
  },
};

/** The Lambda's entry point. */
export async function handler(event: CloudFormationCustomResourceEvent, context: Context): Promise<void> {
  await handleCustomResource(event, context, topicsResource);
}
