/** What takes records in: the API, the proxy's host, the emulator, and the database that it reads. */
import { Duration } from 'aws-cdk-lib';
import { Stats } from 'aws-cdk-lib/aws-cloudwatch';
import { FilterPattern, MetricFilter } from 'aws-cdk-lib/aws-logs';
import type { Stage as ApiStage } from 'aws-cdk-lib/aws-apigateway';
import type { NetworkTargetGroup } from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import type { Function } from 'aws-cdk-lib/aws-lambda';
import type { DatabaseInstance } from 'aws-cdk-lib/aws-rds';
import type { Construct } from 'constructs';
import { clientHostMetrics, logMetrics } from './metric-namespaces';
import type { AlarmThresholds, Deployment } from '../stages';
import { COUNT, HIGHEST, metricOf, sumOf, type Watch } from './watch';

/** The API, for both paths. */
export function apiWatches(api: ApiStage, { apiErrorsPercent, apiLatencyP99Ms }: AlarmThresholds): Watch[] {
  const period = Duration.minutes(5);
  return [
    {
      name: 'api/errors',
      description: 'The API answers with failures of ours (5xx): senders try again, and may give up.',
      // Its average is the share of the requests.
      metric: api.metricServerError({ statistic: Stats.AVERAGE, period }),
      wrong: 'above',
      threshold: apiErrorsPercent / 100,
      periods: 2,
      silence: 'right',
    },
    {
      name: 'api/latency',
      description: 'The API answers slowly.',
      metric: api.metricLatency({ statistic: Stats.percentile(99), period }),
      wrong: 'above',
      threshold: apiLatencyP99Ms,
      periods: 3,
      silence: 'right',
      earlySignOf: 'api/errors',
    },
  ];
}

/** The client host with the REST proxy. */
export function clientHostWatches(
  { userId, stage }: Deployment,
  targets: NetworkTargetGroup,
  { clientHostDiskPercent }: AlarmThresholds,
): Watch[] {
  const namespace = clientHostMetrics(userId, stage.name);
  return [
    {
      name: 'rest-proxy/down',
      description: 'No REST proxy is well: records of the topics are refused.',
      metric: targets.metrics.healthyHostCount({ statistic: Stats.MAXIMUM, period: Duration.minutes(1) }),
      wrong: 'below',
      threshold: 1,
      periods: 5,
      silence: 'wrong',
    },
    {
      name: 'rest-proxy/unhealthy',
      description: 'A REST proxy is not well, and its host was not replaced in time.',
      metric: targets.metrics.unHealthyHostCount({ statistic: Stats.MINIMUM, period: Duration.minutes(5) }),
      wrong: 'above',
      threshold: 0,
      periods: 4,
      silence: 'right',
      earlySignOf: 'rest-proxy/down',
    },
    {
      name: 'client-host/disk',
      description: 'The disk of the client host is nearly full.',
      metric: metricOf(namespace, 'disk_used_percent', { path: '/', fstype: 'xfs' }, HIGHEST),
      wrong: 'above',
      threshold: clientHostDiskPercent,
      periods: 3,
      silence: 'right',
      earlySignOf: 'rest-proxy/down',
    },
  ];
}

/** The emulator: invocations that fail, and runs that say they did not send everything. */
export function emulatorWatches(
  scope: Construct,
  { userId, stage }: Deployment,
  emulator: Function,
): Watch[] {
  const namespace = logMetrics(userId, stage.name);
  new MetricFilter(scope, 'EmulatorRuns', {
    logGroup: emulator.logGroup,
    filterPattern: FilterPattern.literal('{ $.ok IS FALSE }'),
    metricNamespace: namespace,
    metricName: 'EmulatorRunsFailed',
    metricValue: '1',
  });
  return [
    {
      name: 'emulator/errors',
      description: 'Runs of the emulator fail, or do not send everything.',
      metric: sumOf('Failed runs', [
        emulator.metricErrors(COUNT),
        metricOf(namespace, 'EmulatorRunsFailed', {}, COUNT),
      ]),
      wrong: 'above',
      threshold: 0,
      periods: 3,
      silence: 'right',
    },
  ];
}

/** The source database of the app's own. */
export function databaseWatches(
  instance: DatabaseInstance,
  { databaseCpuPercent, databaseFreeStorageGiB }: AlarmThresholds,
): Watch[] {
  const period = Duration.minutes(5);
  return [
    {
      name: 'database/cpu',
      description: 'The source database is at the end of its processor time.',
      metric: instance.metricCPUUtilization({ statistic: Stats.AVERAGE, period }),
      wrong: 'above',
      threshold: databaseCpuPercent,
      periods: 6,
      silence: 'right',
      earlySignOf: 'emulator/errors',
    },
    {
      name: 'database/storage',
      description: 'The disk of the source database is nearly full: a full one stops it.',
      metric: instance.metricFreeStorageSpace({ statistic: Stats.MINIMUM, period }),
      wrong: 'below',
      threshold: databaseFreeStorageGiB * 1024 ** 3,
      periods: 3,
      silence: 'right',
    },
  ];
}
