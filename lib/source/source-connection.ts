import type { ISecurityGroup } from 'aws-cdk-lib/aws-ec2';
import type { IGrantable } from 'aws-cdk-lib/aws-iam';

/** The source database as its readers see it, whether deployed here or external. */
export interface SourceConnection {
  /** The secret of an account that reads the source tables, JSON in RDS's form. */
  readonly secretArn: string;
  /** Members of this group reach the server; undefined where the app does not manage access. */
  readonly clientSecurityGroup: ISecurityGroup | undefined;
  /** Lets the grantee read the secret, and nothing else. */
  grantRead(grantee: IGrantable): void;
}
