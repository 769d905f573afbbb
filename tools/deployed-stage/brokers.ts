/** `npm run pipeline -- brokers`: the bootstrap brokers of a stage's MSK cluster. */
import { GetBootstrapBrokersCommand, KafkaClient } from '@aws-sdk/client-kafka';
import type { StageAws } from '../pipeline/deployment';
import { stackOutput } from './stage-aws';

/** The bootstrap brokers, as clients need them. */
export interface Brokers {
  readonly clusterArn: string;
  /** `host:port`, several joined by commas; over TLS, with IAM. */
  readonly bootstrapServers: string;
}

/**
 * Asks MSK for the brokers. Their names are only of use within the network.
 *
 * @throws Error when no cluster is deployed, or it has no brokers for IAM (yet).
 */
export async function brokers(deployment: StageAws): Promise<Brokers> {
  const clusterArn = await stackOutput(deployment, 'KafkaClusterArn');
  const client = new KafkaClient(deployment.aws);
  try {
    const response = await client.send(new GetBootstrapBrokersCommand({ ClusterArn: clusterArn }));
    const bootstrapServers = response.BootstrapBrokerStringSaslIam;
    if (!bootstrapServers) {
      throw new Error(
        `The cluster ${clusterArn} has no brokers for IAM: it is not active yet, or IAM is off. Look at it by \`aws kafka describe-cluster-v2 --cluster-arn ${clusterArn}\`.`,
      );
    }
    return { clusterArn, bootstrapServers };
  } finally {
    client.destroy();
  }
}
