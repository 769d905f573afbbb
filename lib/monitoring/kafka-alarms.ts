/** Kafka and the S3 sink. MSK's metrics: https://docs.aws.amazon.com/msk/latest/developerguide/metrics-details.html */
import { deadLetterTopicName, FEED_NAMES, topicName } from '../../services/contract';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import { MetricFilter, FilterPattern, type ILogGroup } from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';
import { logMetrics } from './metric-namespaces';
import type { AlarmThresholds, Deployment } from '../stages';
import { HIGHEST, highestOf, HOURLY, metricOf, type AlarmDefinition } from './alarm-definition';

const KAFKA = 'AWS/Kafka';
const CONNECT = 'AWS/KafkaConnect';

/**
 * Alarms of provisioned brokers; AWS operates those of a serverless cluster.
 *
 * Not `ActiveControllerCount`: with KRaft, brokers do not report controller metrics (KIP-771) and AWS does not document
 * who does, so an alarm that treats missing data as breaching might never recover.
 */
export function brokerAlarms(
  { userId, stage }: Deployment,
  brokers: number,
  { brokerDiskPercent }: AlarmThresholds,
): AlarmDefinition[] {
  const cluster = { 'Cluster Name': `${userId}-${stage.name}` };
  const disks = Array.from({ length: brokers }, (_, index) =>
    metricOf(KAFKA, 'KafkaDataLogsDiskUsed', { ...cluster, 'Broker ID': String(index + 1) }, HIGHEST),
  );
  return [
    {
      name: 'kafka/disk',
      description: 'The disk of a broker is nearly full: a broker with a full disk accepts no records.',
      metric: highestOf('The fullest disk, %', disks),
      breaching: 'above',
      threshold: brokerDiskPercent,
      periods: 3,
      treatMissingData: TreatMissingData.NOT_BREACHING,
    },
    {
      name: 'kafka/offline-partitions',
      description: 'Partitions have no leader: their records can be neither sent nor read.',
      metric: metricOf(KAFKA, 'OfflinePartitionsCount', cluster, HIGHEST),
      breaching: 'above',
      threshold: 0,
      periods: 2,
      treatMissingData: TreatMissingData.NOT_BREACHING,
    },
  ];
}

/** The sink's lag on a cluster of this app. */
export function sinkLagAlarms(
  { userId, stage }: Deployment,
  consumerGroup: string,
  { sinkLagSeconds }: AlarmThresholds,
): AlarmDefinition[] {
  const lags = FEED_NAMES.map((feed) =>
    metricOf(
      KAFKA,
      'EstimatedMaxTimeLag',
      {
        'Cluster Name': `${userId}-${stage.name}`,
        'Consumer Group': consumerGroup,
        Topic: topicName(userId, feed),
      },
      HIGHEST,
    ),
  );
  return [
    {
      name: 'sink/lag',
      description: 'Records wait too long for the S3 sink: raw files are not fresh.',
      metric: highestOf('The longest lag, s', lags),
      breaching: 'above',
      threshold: sinkLagSeconds,
      periods: 3,
      treatMissingData: TreatMissingData.NOT_BREACHING,
    },
  ];
}

/**
 * Alarms of the function that copies dead-letter records into the bucket.
 *
 * @param sinkHasAlarms whether there is an alarm `sink/dead-letters`.
 */
export function deadLetterAlarms(keeper: IFunction, sinkHasAlarms: boolean): AlarmDefinition[] {
  return [
    {
      name: 'sink/dead-letters-kept',
      description: 'Dead-letter records are not copied into the bucket: they are in no quarantine yet.',
      metric: keeper.metricErrors(HOURLY),
      breaching: 'above',
      threshold: 0,
      periods: 3,
      treatMissingData: TreatMissingData.NOT_BREACHING,
      ...(sinkHasAlarms ? { earlySignOf: 'sink/dead-letters' } : {}),
    },
  ];
}

/** Alarms of the sink on MSK Connect. Dead-letter records are counted by a metric filter on the worker's log. */
export function sinkAlarms(
  scope: Construct,
  { userId, stage }: Deployment,
  { connectorName, logGroup }: { readonly connectorName: string; readonly logGroup: ILogGroup },
  { deadLettersPerHour }: AlarmThresholds,
): AlarmDefinition[] {
  const connector = { ConnectorName: connectorName };
  const namespace = logMetrics(userId, stage.name);
  new MetricFilter(scope, 'DeadLetters', {
    logGroup,
    // Kafka Connect's error reporter logs this once per record.
    filterPattern: FilterPattern.literal('"Error encountered in task"'),
    metricNamespace: namespace,
    metricName: 'DeadLetters',
    metricValue: '1',
  });
  return [
    {
      name: 'sink/failed-tasks',
      description:
        'Tasks of the S3 sink have failed, and nothing restarts them: their partitions are not stored.',
      metric: metricOf(CONNECT, 'ErroredTaskCount', connector, HIGHEST),
      breaching: 'above',
      threshold: 0,
      periods: 1,
      treatMissingData: TreatMissingData.NOT_BREACHING,
    },
    {
      name: 'sink/not-running',
      description: 'No task of the S3 sink runs: nothing is stored.',
      metric: metricOf(CONNECT, 'RunningTaskCount', connector, HIGHEST),
      breaching: 'below',
      threshold: 1,
      periods: 3,
      treatMissingData: TreatMissingData.BREACHING,
    },
    {
      name: 'sink/dead-letters',
      description: `Records that are not JSON objects go to ${deadLetterTopicName(userId)}.`,
      metric: metricOf(namespace, 'DeadLetters', {}, HOURLY),
      breaching: 'above',
      threshold: deadLettersPerHour,
      periods: 1,
      treatMissingData: TreatMissingData.NOT_BREACHING,
    },
  ];
}
