import { CfnOutput, Stack, type StackProps } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { sinkConnectorName, sinkConsumerGroup } from '../sink/connector-config';
import { DeadLetters } from '../sink/dead-letters';
import { ExternalKafka } from './external-kafka';
import type { KafkaAccess } from './kafka-access';
import { MskConnectSink } from '../sink/msk-connect-sink';
import type { PipelineNetwork } from '../network/pipeline-network';
import type { SinkBucket } from '../sink/sink-bucket';
import { SinkConnector } from '../sink/sink-connector';
import { Topics } from './topics';
import type { Deployment, ExternalKafka as ExternalKafkaSettings } from '../stages';
import { placeFunction } from '../shared/groups';

/** Properties of the {@link KafkaStack}. */
export interface KafkaStackProps extends StackProps {
  /** The cluster of this app, or how to reach an external one. */
  readonly kafka: KafkaAccess | ExternalKafkaSettings;
  /**
   * The network that Kafka is reached from.
   *
   * @default none
   */
  readonly network?: PipelineNetwork;
  /** The connector's destination. */
  readonly sink: SinkBucket;
}

/** The topics, the S3 sink connector, and the function that archives its dead-letter records. */
export class KafkaStack extends Stack {
  readonly kafka: KafkaAccess;
  /** The sink, where MSK Connect runs it. */
  readonly connectSink: MskConnectSink | undefined;
  readonly deadLetters: DeadLetters;
  /** The consumer group of the sink. */
  readonly sinkGroup: string;

  constructor(scope: Construct, id: string, deployment: Deployment, props: KafkaStackProps) {
    const { kafka, network, sink, ...stackProps } = props;
    super(scope, id, { description: 'Pinterest data pipeline: topics and S3 sink', ...stackProps });
    const { userId, stage } = deployment;
    this.kafka = 'kind' in kafka ? new ExternalKafka(this, 'Kafka', { settings: kafka, network }) : kafka;
    const topics = new Topics(this, 'Topics', {
      userId,
      kafka: this.kafka,
      topics: stage.topics,
      sink,
      serverless: stage.kafka.kind === 'msk' && stage.kafka.capacity.kind === 'serverless',
      network: placeFunction(network, this.kafka),
      logRetention: stage.logRetention,
    });
    this.deadLetters = new DeadLetters(this, 'DeadLetters', {
      userId,
      kafka: this.kafka,
      sink,
      network: placeFunction(network, this.kafka),
      logRetention: stage.logRetention,
    });
    // Topics must have their offsets restored before anything reads them.
    this.deadLetters.node.addDependency(topics);
    const connectorName = sinkConnectorName(userId, stage.name);
    const connector = this.addConnector(connectorName, deployment, sink, network);
    connector.node.addDependency(topics);
    this.connectSink = connector instanceof MskConnectSink ? connector : undefined;
    this.sinkGroup = this.connectSink?.consumerGroup ?? sinkConsumerGroup(connectorName);
    new CfnOutput(this, 'SinkConnectorName', {
      value: connectorName,
      description: 'The S3 sink connector on the Connect worker',
    });
    new CfnOutput(this, 'DeadLettersFunctionName', {
      value: this.deadLetters.function.functionName,
      description: 'The Lambda function that copies dead-letter records into the bucket',
    });
  }

  private addConnector(
    connectorName: string,
    { userId, stage }: Deployment,
    sink: SinkBucket,
    network: PipelineNetwork | undefined,
  ): Construct {
    const { connect, logRetention } = stage;
    const config = {
      userId,
      bucketName: sink.bucket.bucketName,
      region: stage.region,
      s3Endpoint: stage.awsEndpointUrl,
      replicationFactor: stage.topics.replicationFactor,
      sink: stage.sink,
    };
    if (connect.kind === 'external') {
      const place = placeFunction(network, this.kafka);
      return new SinkConnector(this, 'SinkConnector', {
        connectorName,
        connect,
        config,
        network: place,
        logRetention,
      });
    }
    if (network === undefined) {
      throw new Error(
        `The S3 sink of stage ${stage.name} runs on MSK Connect, which needs a network: set the stage's network.`,
      );
    }
    return new MskConnectSink(this, 'SinkConnector', {
      connectorName,
      settings: connect,
      kafka: this.kafka,
      network,
      sink,
      config,
      logRetention,
    });
  }
}
