import type { ISecurityGroup } from 'aws-cdk-lib/aws-ec2';
import type { IGrantable } from 'aws-cdk-lib/aws-iam';

/** The source database as its readers see it, whoever runs it. */
export interface SourceConnection {
  /** The secret of an account that reads the source tables, JSON as RDS writes it. */
  readonly secretArn: string;
  /** What is a member of this group reaches the server; undefined where that is not for the app to say. */
  readonly clientSecurityGroup: ISecurityGroup | undefined;
  /** Lets the grantee read the secret, and nothing else. */
  grantRead(grantee: IGrantable): void;
}
