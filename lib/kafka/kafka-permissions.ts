import { Fn } from 'aws-cdk-lib';
import { PolicyStatement, type IGrantable } from 'aws-cdk-lib/aws-iam';

/** IAM grants on an MSK cluster, each limited to its actions, topics and groups. */
export class KafkaPermissions {
  private readonly prefix: string;
  private readonly cluster: string;

  /** @param clusterArn may be a deploy-time token. */
  constructor(private readonly clusterArn: string) {
    // arn:aws:kafka:<region>:<account>:cluster/<name>/<uuid>; a topic is …:topic/<name>/<uuid>/<topic>.
    const [prefix = '', cluster = ''] = Fn.split(':cluster/', clusterArn, 2);
    this.prefix = prefix;
    this.cluster = cluster;
  }

  /** Lets the grantee write to these topics, also idempotently, and describe them. */
  grantProduce(grantee: IGrantable, topics: readonly string[]): void {
    allow(grantee, ['kafka-cluster:Connect', 'kafka-cluster:WriteDataIdempotently'], [this.clusterArn]);
    allow(
      grantee,
      ['kafka-cluster:DescribeTopic', 'kafka-cluster:WriteData'],
      topics.map((topic) => this.arn('topic', topic)),
    );
  }

  /** Lets the grantee read these topics as a member of these consumer groups; a name may end with `*`. */
  grantConsume(grantee: IGrantable, topics: readonly string[], groups: readonly string[]): void {
    allow(grantee, ['kafka-cluster:Connect'], [this.clusterArn]);
    allow(
      grantee,
      ['kafka-cluster:DescribeTopic', 'kafka-cluster:ReadData'],
      topics.map((topic) => this.arn('topic', topic)),
    );
    allow(
      grantee,
      ['kafka-cluster:AlterGroup', 'kafka-cluster:DescribeGroup'],
      groups.map((group) => this.arn('group', group)),
    );
  }

  /** Lets the grantee describe these topics and their configuration, and these consumer groups' offsets. */
  grantDescribe(grantee: IGrantable, topics: readonly string[], groups: readonly string[]): void {
    allow(grantee, ['kafka-cluster:Connect'], [this.clusterArn]);
    allow(
      grantee,
      ['kafka-cluster:DescribeTopic', 'kafka-cluster:DescribeTopicDynamicConfiguration'],
      topics.map((topic) => this.arn('topic', topic)),
    );
    allow(
      grantee,
      ['kafka-cluster:DescribeGroup'],
      groups.map((group) => this.arn('group', group)),
    );
  }

  /** Lets the grantee create, describe and configure these topics; never delete them. A name may end with `*`. */
  grantManage(grantee: IGrantable, topics: readonly string[]): void {
    allow(grantee, ['kafka-cluster:Connect', 'kafka-cluster:DescribeCluster'], [this.clusterArn]);
    allow(
      grantee,
      [
        'kafka-cluster:AlterTopic',
        'kafka-cluster:AlterTopicDynamicConfiguration',
        'kafka-cluster:CreateTopic',
        'kafka-cluster:DescribeTopic',
        'kafka-cluster:DescribeTopicDynamicConfiguration',
      ],
      topics.map((topic) => this.arn('topic', topic)),
    );
  }

  /** Lets the grantee write to these topics and delete their records, which in MSK needs `DeleteTopic`. */
  grantAdvance(grantee: IGrantable, topics: readonly string[]): void {
    this.grantProduce(grantee, topics);
    allow(
      grantee,
      ['kafka-cluster:DeleteTopic'],
      topics.map((topic) => this.arn('topic', topic)),
    );
  }

  private arn(kind: 'topic' | 'group', name: string): string {
    return `${this.prefix}:${kind}/${this.cluster}/${name}`;
  }
}

function allow({ grantPrincipal }: IGrantable, actions: string[], resources: string[]): void {
  grantPrincipal.addToPrincipalPolicy(new PolicyStatement({ actions, resources }));
}
