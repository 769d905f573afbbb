/**
 * The addresses of an MSK cluster's brokers as a CloudFormation custom resource: `{ClusterArn}` in, the attribute
 * `BootstrapServers` out. CloudFormation's own resource does not tell them.
 */
import { GetBootstrapBrokersCommand, KafkaClient } from '@aws-sdk/client-kafka';
import type { CloudFormationCustomResourceEvent, Context } from 'aws-lambda';
import { handleCustomResource, type CustomResource } from '../custom-resource';
import { readText } from '../properties';

/** Asks for the brokers that clients with IAM connect to. */
export const brokersResource: CustomResource = {
  physicalId: (properties) => `brokers-of-${readText(properties, 'ClusterArn')}`.slice(0, 1000),
  async run({ type, properties }) {
    if (type === 'Delete') return { note: 'Nothing had been made.' };
    const ClusterArn = readText(properties, 'ClusterArn');
    const client = new KafkaClient({});
    try {
      const { BootstrapBrokerStringSaslIam: brokers } = await client.send(
        new GetBootstrapBrokersCommand({ ClusterArn }),
      );
      if (brokers === undefined || brokers === '') {
        throw new Error(
          `The cluster ${ClusterArn} has no brokers for clients with IAM: switch its SASL/IAM authentication on.`,
        );
      }
      return { data: { BootstrapServers: brokers } };
    } finally {
      client.destroy();
    }
  },
};

/** The Lambda's entry point. */
export async function handler(event: CloudFormationCustomResourceEvent, context: Context): Promise<void> {
  await handleCustomResource(event, context, brokersResource);
}
