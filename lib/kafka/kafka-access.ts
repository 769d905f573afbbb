import type { ISecurityGroup } from 'aws-cdk-lib/aws-ec2';
import type { IGrantable } from 'aws-cdk-lib/aws-iam';

/** A Kafka cluster as its clients see it, whether deployed here or external. With IAM, grants are per topic. */
export interface KafkaAccess {
  /** `host:port`, several joined by commas; with MSK, known at deployment. */
  readonly bootstrapServers: string;
  /** How clients authenticate: not at all, or with IAM over TLS. */
  readonly auth: 'none' | 'iam';
  /** Members of this group reach the brokers; undefined without a network. */
  readonly clientSecurityGroup: ISecurityGroup | undefined;
  /** Lets the grantee write to these topics, also idempotently, and describe them. */
  grantProduce(grantee: IGrantable, topics: readonly string[]): void;
  /** Lets the grantee read these topics as a member of these consumer groups; a name may end with `*`. */
  grantConsume(grantee: IGrantable, topics: readonly string[], groups: readonly string[]): void;
  /** Lets the grantee describe these topics and their configuration, and these consumer groups' offsets. */
  grantDescribe(grantee: IGrantable, topics: readonly string[], groups: readonly string[]): void;
  /** Lets the grantee create, describe and configure these topics; never delete them. A name may end with `*`. */
  grantManage(grantee: IGrantable, topics: readonly string[]): void;
  /** Lets the grantee write to these topics and delete their records, as needed to advance their offsets. */
  grantAdvance(grantee: IGrantable, topics: readonly string[]): void;
}
