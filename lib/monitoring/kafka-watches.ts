/** Kafka and the S3 sink. Amazon's metrics: https://docs.aws.amazon.com/msk/latest/developerguide/metrics-details.html */
import { deadLetterTopicName, FEED_NAMES, topicName } from '../../services/contract';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { MetricFilter, FilterPattern, type ILogGroup } from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';
import { logMetrics } from './metric-namespaces';
import type { AlarmThresholds, Deployment } from '../stages';
import { HIGHEST, highestOf, HOURLY, metricOf, type Watch } from './watch';

const KAFKA = 'AWS/Kafka';
const CONNECT = 'AWS/KafkaConnect';

/**
 * What is watched of a cluster whose brokers have a size; those of a serverless one are Amazon's own affair.
 *
 * Not `ActiveControllerCount`: with KRaft the controllers are no brokers, brokers do not report a controller's metrics
 * (KIP-771), and Amazon does not say who reports it then. An alarm whose silence is wrong might never be over.
 */
export function brokerWatches(
  { userId, stage }: Deployment,
  brokers: number,
  { brokerDiskPercent }: AlarmThresholds,
): Watch[] {
  const cluster = { 'Cluster Name': `${userId}-${stage.name}` };
  const disks = Array.from({ length: brokers }, (_, index) =>
    metricOf(KAFKA, 'KafkaDataLogsDiskUsed', { ...cluster, 'Broker ID': String(index + 1) }, HIGHEST),
  );
  return [
    {
      name: 'kafka/disk',
      description: 'The disk of a broker is nearly full: brokers whose disk is full take no more records.',
      metric: highestOf('The fullest disk, %', disks),
      wrong: 'above',
      threshold: brokerDiskPercent,
      periods: 3,
      silence: 'right',
    },
    {
      name: 'kafka/offline-partitions',
      description: 'Partitions have no leader: their records can be neither sent nor read.',
      metric: metricOf(KAFKA, 'OfflinePartitionsCount', cluster, HIGHEST),
      wrong: 'above',
      threshold: 0,
      periods: 2,
      silence: 'right',
    },
  ];
}

/** How far the sink is behind on a cluster of the app's own. */
export function sinkLagWatches(
  { userId, stage }: Deployment,
  consumerGroup: string,
  { sinkLagSeconds }: AlarmThresholds,
): Watch[] {
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
      wrong: 'above',
      threshold: sinkLagSeconds,
      periods: 3,
      silence: 'right',
    },
  ];
}

/**
 * What is watched of the function that copies dead letters into the bucket.
 *
 * @param sinkIsWatched whether there is `sink/dead-letters`, which says that there are some.
 */
export function deadLetterWatches(keeper: IFunction, sinkIsWatched: boolean): Watch[] {
  return [
    {
      name: 'sink/dead-letters-kept',
      description: 'Dead letters are not copied into the bucket: they are in no quarantine yet.',
      metric: keeper.metricErrors(HOURLY),
      wrong: 'above',
      threshold: 0,
      periods: 3,
      silence: 'right',
      ...(sinkIsWatched ? { earlySignOf: 'sink/dead-letters' } : {}),
    },
  ];
}

/** What is watched of the sink on MSK Connect. The metric of the dead letters is made of the worker's log. */
export function sinkWatches(
  scope: Construct,
  { userId, stage }: Deployment,
  { connectorName, logGroup }: { readonly connectorName: string; readonly logGroup: ILogGroup },
  { deadLettersPerHour }: AlarmThresholds,
): Watch[] {
  const connector = { ConnectorName: connectorName };
  const namespace = logMetrics(userId, stage.name);
  new MetricFilter(scope, 'DeadLetters', {
    logGroup,
    // What Kafka Connect's own reporter of errors writes, once for each record.
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
      wrong: 'above',
      threshold: 0,
      periods: 1,
      silence: 'right',
    },
    {
      name: 'sink/not-running',
      description: 'No task of the S3 sink runs: nothing is stored.',
      metric: metricOf(CONNECT, 'RunningTaskCount', connector, HIGHEST),
      wrong: 'below',
      threshold: 1,
      periods: 3,
      silence: 'wrong',
    },
    {
      name: 'sink/dead-letters',
      description: `Records that are no JSON object go to ${deadLetterTopicName(userId)}.`,
      metric: metricOf(namespace, 'DeadLetters', {}, HOURLY),
      wrong: 'above',
      threshold: deadLettersPerHour,
      periods: 1,
      silence: 'right',
    },
  ];
}
