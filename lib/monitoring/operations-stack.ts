import { CfnOutput, Stack, type StackProps } from 'aws-cdk-lib';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { Construct } from 'constructs';
import { AlarmTopic } from './alarm-topic';
import { MonthlyBudget } from './monthly-budget';
import { SourceDatabase } from '../source/source-database';
import { StageAlarms } from './alarms';
import { AlarmDashboard } from './dashboard';
import { apiAlarms, clientHostAlarms, databaseAlarms, emulatorAlarms } from './ingest-alarms';
import { brokerAlarms, deadLetterAlarms, sinkLagAlarms, sinkAlarms } from './kafka-alarms';
import { batchAlarms, quarantineAlarm, streamAlarms } from './table-alarms';
import type { AlarmDefinition } from './alarm-definition';
import type { Pipeline } from '../pipeline';
import type { AlarmThresholds, Deployment, AlarmOperations } from '../stages';

/** Properties of the {@link OperationsStack}. */
export interface OperationsStackProps extends StackProps {
  readonly operations: AlarmOperations;
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
    const definitions = this.definitions(deployment, watched, operations.thresholds);
    const { alarms } = new StageAlarms(this, 'Alarms', {
      name,
      definitions:
        operations.alarms === 'all'
          ? definitions
          : definitions.filter(({ earlySignOf }) => earlySignOf === undefined),
      topic,
      runbookUrl: operations.runbookUrl,
    });
    new AlarmDashboard(this, 'Overview', { name, definitions, alarms });
    new MonthlyBudget(this, 'Budget', { name, limitUsd: operations.monthlyBudgetUsd, topic });
    new CfnOutput(this, 'AlarmTopicArn', {
      value: topic.topicArn,
      description: 'The topic of alarms and budget notifications',
    });
  }

  /** Alarms on what the app deploys, in the order of the data flow. */
  private definitions(
    deployment: Deployment,
    watched: OperationsStackProps['watched'],
    thresholds: AlarmThresholds,
  ): AlarmDefinition[] {
    const { kafka, batch, clientHost } = watched;
    const { source } = watched.source;
    const { stage } = deployment;
    const sink = kafka.connectSink;
    return [
      ...(source instanceof SourceDatabase ? databaseAlarms(source.instance, thresholds) : []),
      ...emulatorAlarms(this, deployment, watched.emulator.emulator.function),
      ...apiAlarms(watched.api.api.restApi.deploymentStage, thresholds),
      ...(clientHost ? clientHostAlarms(deployment, clientHost.proxy.targets, thresholds) : []),
      ...(watched.cluster && stage.kafka.kind === 'msk' && stage.kafka.capacity.kind === 'provisioned'
        ? brokerAlarms(deployment, watched.cluster.cluster.brokers, thresholds)
        : []),
      ...(watched.cluster && sink ? sinkLagAlarms(deployment, sink.consumerGroup, thresholds) : []),
      ...(sink ? sinkAlarms(this, deployment, sink, thresholds) : []),
      ...deadLetterAlarms(kafka.deadLetters.function, sink !== undefined),
      ...streamAlarms(watched.stream.tables, thresholds),
      quarantineAlarm(deployment, 'streams', thresholds),
      ...(batch
        ? [
            quarantineAlarm(deployment, 'topics', thresholds),
            ...batchAlarms(deployment, batch.daily.stateMachine, thresholds),
          ]
        : []),
    ];
  }
}
