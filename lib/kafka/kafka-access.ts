import type { ISecurityGroup } from 'aws-cdk-lib/aws-ec2';
import type { IGrantable } from 'aws-cdk-lib/aws-iam';

/** A Kafka cluster as its clients see it, whoever runs it. Where clients authenticate by IAM, grants are per topic. */
export interface KafkaAccess {
  /** `host:port`, several joined by commas; with MSK, known at deployment. */
  readonly bootstrapServers: string;
  /** How clients prove who they are: not at all, or by IAM over TLS. */
  readonly auth: 'none' | 'iam';
  /** What is a member of this group reaches the brokers; undefined where there is no network. */
  readonly clientSecurityGroup: ISecurityGroup | undefined;
  /** Lets the grantee write to these topics, also idempotently, and describe them. */
  grantProduce(grantee: IGrantable, topics: readonly string[]): void;
  /** Lets the grantee read these topics as a member of these consumer groups; a name may end with `*`. */
  grantConsume(grantee: IGrantable, topics: readonly string[], groups: readonly string[]): void;
  /** Lets the grantee see these topics with their configuration, and how far these consumer groups have come. */
  grantDescribe(grantee: IGrantable, topics: readonly string[], groups: readonly string[]): void;
  /** Lets the grantee create, describe and configure these topics; never delete them. A name may end with `*`. */
  grantManage(grantee: IGrantable, topics: readonly string[]): void;
  /** Lets the grantee write to these topics and delete their records, as one does who lets them go on at an offset. */
  grantAdvance(grantee: IGrantable, topics: readonly string[]): void;
}
