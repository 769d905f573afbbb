import { Duration } from 'aws-cdk-lib';
import { VpcLink } from 'aws-cdk-lib/aws-apigateway';
import { Port, SecurityGroup } from 'aws-cdk-lib/aws-ec2';
import {
  NetworkLoadBalancer,
  Protocol,
  type NetworkTargetGroup,
} from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import { Construct } from 'constructs';
import type { ClientHost } from './client-host';
import type { PipelineNetwork } from '../network/pipeline-network';

/** Properties of a {@link ProxyBalancer}. */
export interface ProxyBalancerProps {
  readonly network: PipelineNetwork;
  /** Where the proxy runs. */
  readonly host: ClientHost;
  /** The port of the proxy, and of the balancer. */
  readonly port: number;
}

/** Internal network load balancer for the REST proxy, and API Gateway's VPC link to it, its only client. */
export class ProxyBalancer extends Construct {
  readonly vpcLink: VpcLink;
  /** The proxy's base URL as the API reaches it over the link, without a trailing slash. */
  readonly url: string;
  /** The hosts behind the balancer, as it sees them. */
  readonly targets: NetworkTargetGroup;

  constructor(scope: Construct, id: string, { network, host, port }: ProxyBalancerProps) {
    super(scope, id);
    const group = new SecurityGroup(this, 'Group', {
      vpc: network.vpc,
      description: 'Load balancer before the REST proxy',
      allowAllOutbound: false,
    });
    const balancer = new NetworkLoadBalancer(this, 'Balancer', {
      vpc: network.vpc,
      vpcSubnets: { subnets: [...network.subnets] },
      internetFacing: false,
      crossZoneEnabled: true,
      securityGroups: [group],
      // Traffic from API Gateway comes over PrivateLink; with enforcement its addresses would need ingress rules.
      enforceSecurityGroupInboundRulesOnPrivateLinkTraffic: false,
    });
    this.targets = balancer.addListener('Listener', { port, protocol: Protocol.TCP }).addTargets('Proxy', {
      port,
      protocol: Protocol.TCP,
      targets: [host.autoScalingGroup],
      // The proxy completes running requests within 15 s.
      deregistrationDelay: Duration.seconds(30),
      // Liveness only, not Kafka's: a new host would not fix that.
      healthCheck: { protocol: Protocol.HTTP, path: '/health', interval: Duration.seconds(10) },
    });
    host.connections.allowFrom(group, Port.tcp(port), 'Requests and health checks');
    this.vpcLink = new VpcLink(this, 'Link', { targets: [balancer] });
    this.url = `http://${balancer.loadBalancerDnsName}:${port}`;
  }
}
