import { Stack } from 'aws-cdk-lib';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import { Construct } from 'constructs';

/** Properties of an {@link AlarmTopic}. */
export interface AlarmTopicProps {
  /**
   * Who is notified, after confirming the subscription once.
   *
   * @default nobody
   */
  readonly email?: string;
  /** Encrypts the messages; {@link letSendAlarms} grants CloudWatch and Budgets its use. */
  readonly encryptionKey: IKey;
}

/** The services that publish. */
const SENDERS = ['cloudwatch.amazonaws.com', 'budgets.amazonaws.com'];

/** The topic of alarms and budget: encrypted, TLS only, and only for this account. */
export class AlarmTopic extends Construct {
  readonly topic: Topic;

  constructor(scope: Construct, id: string, { email, encryptionKey }: AlarmTopicProps) {
    super(scope, id);
    this.topic = new Topic(this, 'Topic', {
      displayName: 'Alarms of the Pinterest data pipeline',
      masterKey: encryptionKey,
      enforceSSL: true,
    });
    this.topic.addToResourcePolicy(
      new PolicyStatement({
        principals: SENDERS.map((name) => new ServicePrincipal(name)),
        actions: ['sns:Publish'],
        resources: [this.topic.topicArn],
        conditions: { StringEquals: { 'aws:SourceAccount': Stack.of(this).account } },
      }),
    );
    if (email !== undefined) this.topic.addSubscription(new EmailSubscription(email));
  }
}

/** Lets the publishing services use this key, for topics of this account. */
export function letSendAlarms(key: IKey, account: string): void {
  key.addToResourcePolicy(
    new PolicyStatement({
      principals: SENDERS.map((name) => new ServicePrincipal(name)),
      actions: ['kms:Decrypt', 'kms:GenerateDataKey'],
      resources: ['*'],
      conditions: { StringEquals: { 'aws:SourceAccount': account } },
    }),
  );
}
