import { Aws, RemovalPolicy, Stack } from 'aws-cdk-lib';
import {
  FlowLogDestination,
  FlowLogTrafficType,
  GatewayVpcEndpointAwsService,
  InterfaceVpcEndpointAwsService,
  IpAddresses,
  Port,
  SecurityGroup,
  SubnetType,
  Vpc,
  type ISecurityGroup,
  type SubnetConfiguration,
} from 'aws-cdk-lib/aws-ec2';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { LogGroup, type RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import type { MadeNetwork } from '../stages';
import { NatInstance } from './nat-instance';

/** Properties of a {@link MadeVpc}. */
export interface MadeVpcProps {
  readonly network: MadeNetwork;
  /** Retention of the flow log. */
  readonly logRetention: RetentionDays;
}

/**
 * Interface endpoints for what is used from within the network: secrets, Session Manager, logs, metrics. S3 has a
 * gateway endpoint.
 */
const ENDPOINTS: Readonly<Record<string, InterfaceVpcEndpointAwsService>> = {
  SecretsManager: InterfaceVpcEndpointAwsService.SECRETS_MANAGER,
  Ssm: InterfaceVpcEndpointAwsService.SSM,
  SsmMessages: InterfaceVpcEndpointAwsService.SSM_MESSAGES,
  Logs: InterfaceVpcEndpointAwsService.CLOUDWATCH_LOGS,
  Monitoring: InterfaceVpcEndpointAwsService.CLOUDWATCH_MONITORING,
};

/**
 * A VPC with a private subnet per zone, a gateway endpoint for S3, a flow log, and one route to AWS's other services
 * (`docs/adr/0005-network.md`). Nothing in it is reachable from outside.
 */
export class MadeVpc extends Construct {
  readonly vpc: Vpc;
  private readonly admitMembers: (members: ISecurityGroup) => void;

  constructor(scope: Construct, id: string, { network, logRetention }: MadeVpcProps) {
    super(scope, id);
    const { cidr, egress } = network;
    this.vpc = new Vpc(this, 'Vpc', {
      ipAddresses: IpAddresses.cidr(cidr),
      maxAzs: network.zones,
      natGateways: egress === 'nat-gateway' ? 1 : 0,
      subnetConfiguration: subnetsFor(egress),
      gatewayEndpoints: { S3: { service: GatewayVpcEndpointAwsService.S3 } },
      // The custom resource that empties the default group would leave its log group behind; the group is never used.
      restrictDefaultSecurityGroup: false,
    });
    this.vpc.addFlowLog('FlowLog', {
      destination: FlowLogDestination.toCloudWatchLogs(
        new LogGroup(this, 'FlowLogGroup', { retention: logRetention, removalPolicy: RemovalPolicy.DESTROY }),
        this.flowLogRole(),
      ),
      trafficType: FlowLogTrafficType.ALL,
    });
    this.admitMembers = this.addEgress(egress);
  }

  /** Opens the routes out of the network to the members of a group. */
  admit(members: ISecurityGroup): void {
    this.admitMembers(members);
  }

  /** The role that writes the flow log; the service may assume it only for flow logs of this account. */
  private flowLogRole(): Role {
    const flowLogs = Stack.of(this).formatArn({
      service: 'ec2',
      resource: 'vpc-flow-log',
      resourceName: '*',
    });
    return new Role(this, 'FlowLogRole', {
      description: 'Writes the flow log of the network',
      // https://docs.aws.amazon.com/vpc/latest/userguide/flow-logs-iam-role.html
      assumedBy: new ServicePrincipal('vpc-flow-logs.amazonaws.com', {
        conditions: {
          StringEquals: { 'aws:SourceAccount': Aws.ACCOUNT_ID },
          ArnLike: { 'aws:SourceArn': flowLogs },
        },
      }),
    });
  }

  private addEgress(egress: MadeNetwork['egress']): (members: ISecurityGroup) => void {
    const { vpc } = this;
    switch (egress) {
      case 'nat-gateway':
        return () => undefined;
      case 'nat-instance': {
        const nat = new NatInstance(this, 'Nat', { vpc, subnets: vpc.isolatedSubnets });
        return (members) => {
          nat.securityGroup.addIngressRule(members, Port.allTraffic(), 'The way out of the private subnets');
        };
      }
      case 'endpoints': {
        const securityGroup = new SecurityGroup(this, 'EndpointGroup', {
          vpc,
          description: 'Interface endpoints of AWS services',
          allowAllOutbound: false,
        });
        for (const [name, service] of Object.entries(ENDPOINTS)) {
          vpc.addInterfaceEndpoint(name, {
            service,
            subnets: { subnets: vpc.isolatedSubnets },
            securityGroups: [securityGroup],
            open: false,
          });
        }
        return (members) => {
          securityGroup.addIngressRule(members, Port.tcp(443), 'HTTPS to AWS services');
        };
      }
    }
  }
}

/** Private subnets always; public ones only for a NAT gateway or instance. */
function subnetsFor(egress: MadeNetwork['egress']): SubnetConfiguration[] {
  const subnetType = egress === 'nat-gateway' ? SubnetType.PRIVATE_WITH_EGRESS : SubnetType.PRIVATE_ISOLATED;
  const subnets: SubnetConfiguration[] = [{ name: 'private', subnetType, cidrMask: 20 }];
  if (egress !== 'endpoints')
    subnets.push({ name: 'public', subnetType: SubnetType.PUBLIC, cidrMask: 28, mapPublicIpOnLaunch: false });
  return subnets;
}
