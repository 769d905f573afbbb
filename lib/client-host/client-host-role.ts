import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { ILogGroup } from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';
import type { DeployedFile } from '../shared/package-asset';

/** Properties of a {@link ClientHostRole}. */
export interface ClientHostRoleProps {
  /** The only object it may fetch. */
  readonly archive: DeployedFile;
  readonly logGroup: ILogGroup;
  /** The only namespace to which it may write metrics. */
  readonly metricsNamespace: string;
}

/**
 * Permissions of the client host besides Kafka: fetch its package, write logs and metrics, and Session Manager. Not
 * AmazonSSMManagedInstanceCore, which can read every parameter of the account, including the private key of the host's
 * key pair.
 */
export class ClientHostRole extends Role {
  constructor(scope: Construct, id: string, { archive, logGroup, metricsNamespace }: ClientHostRoleProps) {
    super(scope, id, {
      assumedBy: new ServicePrincipal('ec2.amazonaws.com'),
      description: 'Role of the client host',
    });
    this.addToPolicy(
      new PolicyStatement({
        sid: 'FetchPackage',
        actions: ['s3:GetObject'],
        resources: [archive.bucket.arnForObjects(archive.s3ObjectKey)],
      }),
    );
    this.addToPolicy(
      new PolicyStatement({
        sid: 'WriteLog',
        actions: ['logs:CreateLogStream', 'logs:DescribeLogStreams', 'logs:PutLogEvents'],
        resources: [logGroup.logGroupArn],
      }),
    );
    this.addToPolicy(
      new PolicyStatement({
        sid: 'WriteMetrics',
        actions: ['cloudwatch:PutMetricData'],
        // The action has no resource-level permissions.
        resources: ['*'],
        conditions: { StringEquals: { 'cloudwatch:namespace': metricsNamespace } },
      }),
    );
    this.addToPolicy(
      new PolicyStatement({
        sid: 'SessionManager',
        actions: [
          'ssm:UpdateInstanceInformation',
          'ssmmessages:CreateControlChannel',
          'ssmmessages:CreateDataChannel',
          'ssmmessages:OpenControlChannel',
          'ssmmessages:OpenDataChannel',
        ],
        // Session channels have no resource-level permissions, and the instance id is not known yet.
        resources: ['*'],
      }),
    );
  }
}
