import { Stack } from 'aws-cdk-lib';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import { Construct } from 'constructs';

/** Properties of an {@link AlarmTopic}. */
export interface AlarmTopicProps {
  /**
   * Who is sent messages; has to confirm it once.
   *
   * @default nobody
   */
  readonly email?: string;
  /** What encrypts messages; CloudWatch and Budgets are let use it by {@link letSendAlarms}. */
  readonly encryptionKey: IKey;
}

/** The services that send. */
const SENDERS = ['cloudwatch.amazonaws.com', 'budgets.amazonaws.com'];

/** Where alarms and the budget are sent: encrypted, over TLS, from this account only. */
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

/** Lets the services that send alarms encrypt them by this key, for topics of this account. */
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
