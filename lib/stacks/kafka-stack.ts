import { CfnOutput, Stack, type StackProps } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import type { SinkBucket } from '../constructs/sink-bucket';
import { SinkConnector } from '../constructs/sink-connector';
import { Topics } from '../constructs/topics';
import type { Deployment } from '../stages';
import { brought } from './brought';

/** Properties of the {@link KafkaStack}. */
export interface KafkaStackProps extends StackProps {
  /** Where the connector writes to. */
  readonly sink: SinkBucket;
}

/** The topics, and the connector that writes them to the sink bucket. */
export class KafkaStack extends Stack {
  constructor(scope: Construct, id: string, { userId, stage }: Deployment, props: KafkaStackProps) {
    const { sink, ...stackProps } = props;
    super(scope, id, { description: 'Pinterest data pipeline: topics and S3 sink', ...stackProps });
    const { logRetention } = stage;
    const topics = new Topics(this, 'Topics', {
      userId,
      kafka: brought(stage.kafka),
      topics: stage.topics,
      logRetention,
    });
    const connectorName = `${userId}-${stage.name}-s3-sink`;
    const connector = new SinkConnector(this, 'SinkConnector', {
      connectorName,
      connect: brought(stage.connect),
      config: {
        userId,
        bucketName: sink.bucket.bucketName,
        region: stage.region,
        s3Endpoint: stage.awsEndpointUrl,
        replicationFactor: stage.topics.replicationFactor,
        sink: stage.sink,
      },
      logRetention,
    });
    connector.node.addDependency(topics);
    new CfnOutput(this, 'SinkConnectorName', {
      value: connectorName,
      description: 'The S3 sink connector on the Connect worker',
    });
  }
}
