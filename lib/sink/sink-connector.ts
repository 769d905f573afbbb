import { CustomResource, Duration } from 'aws-cdk-lib';
import type { RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { connectorConfig, type ConnectorConfigProps } from './connector-config';
import type { ExternalConnect } from '../stages';
import { PipelineFunction, type FunctionNetwork } from '../shared/pipeline-function';

/** Properties of a {@link SinkConnector}. */
export interface SinkConnectorProps {
  /**
   * The connector's name. Its consumer group is `connect-<name>`, so under another name it reads the topics from the
   * start.
   */
  readonly connectorName: string;
  readonly connect: ExternalConnect;
  /** The connector's configuration. */
  readonly config: ConnectorConfigProps;
  /**
   * Where the worker is reached from.
   *
   * @default no network
   */
  readonly network?: FunctionNetwork;
  readonly logRetention: RetentionDays;
}

/** The S3 sink on an external Connect worker, deployed by a custom resource over its REST interface. */
export class SinkConnector extends Construct {
  constructor(
    scope: Construct,
    id: string,
    { connectorName, connect, config, network, logRetention }: SinkConnectorProps,
  ) {
    super(scope, id);
    const handler = new PipelineFunction(this, 'Handler', {
      folder: 'connector',
      description: 'Deploys the S3 sink connector to the Connect worker',
      timeout: Duration.minutes(2),
      network,
      logRetention,
    });
    new CustomResource(this, 'Resource', {
      resourceType: 'Custom::SinkConnector',
      serviceToken: handler.functionArn,
      serviceTimeout: Duration.minutes(3),
      properties: { ConnectUrl: connect.url, Name: connectorName, Config: connectorConfig(config) },
    });
  }
}
