import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { ILogGroup } from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';
import type { DeployedFile } from '../shared/package-asset';

/** Properties of a {@link ClientHostRole}. */
export interface ClientHostRoleProps {
  /** The one object it may fetch. */
  readonly archive: DeployedFile;
  readonly logGroup: ILogGroup;
  /** The one namespace it may write metrics of. */
  readonly metricsNamespace: string;
}

/**
 * What the client host may do beside Kafka: fetch its package, write its log and its metrics, and be reached by Session
 * Manager. Amazon's own policy for the last would also let it read every parameter of the account, the private key of
 * its key pair among them.
 */
export class ClientHostRole extends Role {
  constructor(scope: Construct, id: string, { archive, logGroup, metricsNamespace }: ClientHostRoleProps) {
    super(scope, id, {
      assumedBy: new ServicePrincipal('ec2.amazonaws.com'),
      description: 'What the client host may do',
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
        // The action knows no resources.
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
        // The channels know no resources, and the agent reports itself by its instance's id, which comes later.
        resources: ['*'],
      }),
    );
  }
}
