import { PolicyDocument, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { ILogGroup } from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';

/** What Lambda does with a function's network interfaces; none has a name before it is made. Source: AWS Lambda's Developer Guide, "Giving Lambda functions access to resources in an Amazon VPC". */
const NETWORK_INTERFACES = [
  'ec2:AssignPrivateIpAddresses',
  'ec2:CreateNetworkInterface',
  'ec2:DeleteNetworkInterface',
  'ec2:DescribeNetworkInterfaces',
  'ec2:DescribeSubnets',
  'ec2:UnassignPrivateIpAddresses',
];

/** What lets a role write into a log group that is there. */
export function logWriting(logGroupArn: string): PolicyStatement {
  return new PolicyStatement({
    actions: ['logs:CreateLogStream', 'logs:PutLogEvents'],
    resources: [logGroupArn],
  });
}

/**
 * The role of a function: it writes its own log and, in a network, has its interfaces. Whatever else it may do is granted.
 *
 * Not Amazon's `AWSLambdaBasicExecutionRole`, which may also make log groups: Lambda delivers the last lines of a function
 * that is deleted with its log group some seconds later, and so created the group again, and nothing deletes it.
 *
 * @param logGroup the function's own.
 */
export function functionRole(
  scope: Construct,
  id: string,
  { logGroup, inNetwork }: { readonly logGroup: ILogGroup; readonly inNetwork: boolean },
): Role {
  const interfaces = new PolicyStatement({ actions: NETWORK_INTERFACES, resources: ['*'] });
  return new Role(scope, id, {
    assumedBy: new ServicePrincipal('lambda.amazonaws.com'),
    // Inline: a policy of its own would go before the function does.
    inlinePolicies: {
      Log: new PolicyDocument({ statements: [logWriting(logGroup.logGroupArn)] }),
      ...(inNetwork ? { Network: new PolicyDocument({ statements: [interfaces] }) } : {}),
    },
  });
}
