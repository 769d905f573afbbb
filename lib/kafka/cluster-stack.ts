import { CfnOutput, Stack, type StackProps } from 'aws-cdk-lib';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { Construct } from 'constructs';
import { MskCluster } from './msk-cluster';
import type { PipelineNetwork } from '../network/pipeline-network';
import type { Deployment, Msk } from '../stages';
import { removalPolicyOf } from '../shared/removal-policy';

/** Properties of the {@link ClusterStack}. */
export interface ClusterStackProps extends StackProps {
  readonly kafka: Msk;
  readonly network: PipelineNetwork;
  readonly encryptionKey: IKey;
}

/** The Kafka cluster. Stateful: it holds records that are not yet in the bucket. */
export class ClusterStack extends Stack {
  readonly cluster: MskCluster;

  constructor(scope: Construct, id: string, { userId, stage }: Deployment, props: ClusterStackProps) {
    const { kafka, network, encryptionKey, ...stackProps } = props;
    super(scope, id, { description: 'Pinterest data pipeline: Kafka cluster', ...stackProps });
    this.cluster = new MskCluster(this, 'Kafka', {
      clusterName: `${userId}-${stage.name}`,
      settings: kafka,
      topics: stage.topics,
      network,
      encryptionKey,
      removalPolicy: removalPolicyOf(stage),
      logRetention: stage.logRetention,
    });
    new CfnOutput(this, 'KafkaClusterArn', {
      value: this.cluster.clusterArn,
      description: 'ARN of the MSK cluster',
    });
  }
}
