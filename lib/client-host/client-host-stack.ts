import { Stack, type StackProps } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { ClientHost } from './client-host';
import type { KafkaAccess } from '../kafka/kafka-access';
import type { PipelineNetwork } from '../network/pipeline-network';
import { ProxyBalancer } from './proxy-balancer';
import { clientHostMetrics } from '../monitoring/metric-namespaces';
import type { ClientHost as ClientHostSettings, Deployment } from '../stages';
import { groupsOf } from '../shared/groups';

/** Properties of the {@link ClientHostStack}. */
export interface ClientHostStackProps extends StackProps {
  readonly host: ClientHostSettings;
  readonly network: PipelineNetwork;
  readonly kafka: KafkaAccess;
  /** The consumer group of the S3 sink. */
  readonly sinkGroup: string;
}

/** The client host with the REST proxy, and its load balancer. */
export class ClientHostStack extends Stack {
  /** The proxy as the API reaches it. */
  readonly proxy: ProxyBalancer;

  constructor(scope: Construct, id: string, { userId, stage }: Deployment, props: ClientHostStackProps) {
    const { host: settings, network, kafka, sinkGroup, ...stackProps } = props;
    super(scope, id, { description: 'Pinterest data pipeline: client host and REST proxy', ...stackProps });
    const host = new ClientHost(this, 'ClientHost', {
      userId,
      settings,
      vpc: network.vpc,
      subnets: network.subnets,
      securityGroups: groupsOf(network, kafka),
      kafka,
      sinkGroup,
      metricsNamespace: clientHostMetrics(userId, stage.name),
      logRetention: stage.logRetention,
    });
    this.proxy = new ProxyBalancer(this, 'ProxyBalancer', { network, host, port: settings.port });
  }
}
