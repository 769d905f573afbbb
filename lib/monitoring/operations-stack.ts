import { CfnOutput, Stack, type StackProps } from 'aws-cdk-lib';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { Construct } from 'constructs';
import { AlarmTopic } from './alarm-topic';
import { MonthlyBudget } from './monthly-budget';
import { SourceDatabase } from '../source/source-database';
import { WatchAlarms } from './alarms';
import { WatchDashboard } from './dashboard';
import { apiWatches, clientHostWatches, databaseWatches, emulatorWatches } from './ingest-alarms';
import { brokerWatches, deadLetterWatches, sinkLagWatches, sinkWatches } from './kafka-alarms';
import { batchWatches, quarantineWatch, streamWatches } from './table-alarms';
import type { Watch } from './watch';
import type { Pipeline } from '../pipeline';
import type { AlarmThresholds, Deployment, WatchedOperations } from '../stages';

/** Properties of the {@link OperationsStack}. */
export interface OperationsStackProps extends StackProps {
  readonly operations: WatchedOperations;
  /** All that is watched. */
  readonly watched: Omit<Pipeline, 'operations'>;
  readonly encryptionKey: IKey;
}

/** Alarms and their topic, a dashboard, and a budget. */
export class OperationsStack extends Stack {
  constructor(scope: Construct, id: string, deployment: Deployment, props: OperationsStackProps) {
    const { operations, watched, encryptionKey, ...stackProps } = props;
    super(scope, id, { description: 'Pinterest data pipeline: alarms, dashboard and budget', ...stackProps });
    const name = `${deployment.userId}-${deployment.stage.name}`;
    const { topic } = new AlarmTopic(this, 'Alarm', { email: operations.alarmEmail, encryptionKey });
    const watches = this.watches(deployment, watched, operations.thresholds);
    const { alarms } = new WatchAlarms(this, 'Alarms', {
      name,
      watches:
        operations.alarms === 'all'
          ? watches
          : watches.filter(({ earlySignOf }) => earlySignOf === undefined),
      topic,
      runbookUrl: operations.runbookUrl,
    });
    new WatchDashboard(this, 'Overview', { name, watches, alarms });
    new MonthlyBudget(this, 'Budget', { name, limitUsd: operations.monthlyBudgetUsd, topic });
    new CfnOutput(this, 'AlarmTopicArn', {
      value: topic.topicArn,
      description: 'The topic of alarms and budget notifications',
    });
  }

  /** What the app deploys and therefore watches, in the order of the data flow. */
  private watches(
    deployment: Deployment,
    watched: OperationsStackProps['watched'],
    thresholds: AlarmThresholds,
  ): Watch[] {
    const { kafka, batch, clientHost } = watched;
    const { source } = watched.source;
    const { stage } = deployment;
    const sink = kafka.connectSink;
    return [
      ...(source instanceof SourceDatabase ? databaseWatches(source.instance, thresholds) : []),
      ...emulatorWatches(this, deployment, watched.emulator.emulator.function),
      ...apiWatches(watched.api.api.restApi.deploymentStage, thresholds),
      ...(clientHost ? clientHostWatches(deployment, clientHost.proxy.targets, thresholds) : []),
      ...(watched.cluster && stage.kafka.kind === 'msk' && stage.kafka.capacity.kind === 'provisioned'
        ? brokerWatches(deployment, watched.cluster.cluster.brokers, thresholds)
        : []),
      ...(watched.cluster && sink ? sinkLagWatches(deployment, sink.consumerGroup, thresholds) : []),
      ...(sink ? sinkWatches(this, deployment, sink, thresholds) : []),
      ...deadLetterWatches(kafka.deadLetters.function, sink !== undefined),
      ...streamWatches(watched.stream.tables, thresholds),
      quarantineWatch(deployment, 'streams', thresholds),
      ...(batch
        ? [
            quarantineWatch(deployment, 'topics', thresholds),
            ...batchWatches(deployment, batch.daily.stateMachine, thresholds),
          ]
        : []),
    ];
  }
}
