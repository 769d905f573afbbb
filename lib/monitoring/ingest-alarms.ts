/** Ingestion: the API, the proxy's host, the emulator and the source database. */
import { Duration } from 'aws-cdk-lib';
import { Stats, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import { FilterPattern, MetricFilter } from 'aws-cdk-lib/aws-logs';
import type { Stage as ApiStage } from 'aws-cdk-lib/aws-apigateway';
import type { NetworkTargetGroup } from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import type { Function } from 'aws-cdk-lib/aws-lambda';
import type { DatabaseInstance } from 'aws-cdk-lib/aws-rds';
import type { Construct } from 'constructs';
import { clientHostMetrics, logMetrics } from './metric-namespaces';
import type { AlarmThresholds, Deployment } from '../stages';
import { COUNT, HIGHEST, metricOf, sumOf, type AlarmDefinition } from './alarm-definition';

/** The API, for both paths. */
export function apiAlarms(
  api: ApiStage,
  { apiErrorsPercent, apiLatencyP99Ms }: AlarmThresholds,
): AlarmDefinition[] {
  const period = Duration.minutes(5);
  return [
    {
      name: 'api/errors',
      description: 'The API responds with server errors (5xx): senders retry, and may give up.',
      // The average of 5XXError is the share of requests.
      metric: api.metricServerError({ statistic: Stats.AVERAGE, period }),
      breaching: 'above',
      threshold: apiErrorsPercent / 100,
      periods: 2,
      treatMissingData: TreatMissingData.NOT_BREACHING,
    },
    {
      name: 'api/latency',
      description: 'The API responds slowly.',
      metric: api.metricLatency({ statistic: Stats.percentile(99), period }),
      breaching: 'above',
      threshold: apiLatencyP99Ms,
      periods: 3,
      treatMissingData: TreatMissingData.NOT_BREACHING,
      earlySignOf: 'api/errors',
    },
  ];
}

/** The client host with the REST proxy. */
export function clientHostAlarms(
  { userId, stage }: Deployment,
  targets: NetworkTargetGroup,
  { clientHostDiskPercent }: AlarmThresholds,
): AlarmDefinition[] {
  const namespace = clientHostMetrics(userId, stage.name);
  return [
    {
      name: 'rest-proxy/down',
      description: 'No REST proxy is healthy: records of the topics are refused.',
      metric: targets.metrics.healthyHostCount({ statistic: Stats.MAXIMUM, period: Duration.minutes(1) }),
      breaching: 'below',
      threshold: 1,
      periods: 5,
      treatMissingData: TreatMissingData.BREACHING,
    },
    {
      name: 'rest-proxy/unhealthy',
      description: 'A REST proxy is unhealthy, and its host was not replaced in time.',
      metric: targets.metrics.unHealthyHostCount({ statistic: Stats.MINIMUM, period: Duration.minutes(5) }),
      breaching: 'above',
      threshold: 0,
      periods: 4,
      treatMissingData: TreatMissingData.NOT_BREACHING,
      earlySignOf: 'rest-proxy/down',
    },
    {
      name: 'client-host/disk',
      description: 'The disk of the client host is nearly full.',
      metric: metricOf(namespace, 'disk_used_percent', { path: '/', fstype: 'xfs' }, HIGHEST),
      breaching: 'above',
      threshold: clientHostDiskPercent,
      periods: 3,
      treatMissingData: TreatMissingData.NOT_BREACHING,
      earlySignOf: 'rest-proxy/down',
    },
  ];
}

/** The emulator: failed invocations, and runs that did not send everything. */
export function emulatorAlarms(
  scope: Construct,
  { userId, stage }: Deployment,
  emulator: Function,
): AlarmDefinition[] {
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
      breaching: 'above',
      threshold: 0,
      periods: 3,
      treatMissingData: TreatMissingData.NOT_BREACHING,
    },
  ];
}

/** The source database, where the app deploys it. */
export function databaseAlarms(
  instance: DatabaseInstance,
  { databaseCpuPercent, databaseFreeStorageGiB }: AlarmThresholds,
): AlarmDefinition[] {
  const period = Duration.minutes(5);
  return [
    {
      name: 'database/cpu',
      description: 'The source database is short of CPU.',
      metric: instance.metricCPUUtilization({ statistic: Stats.AVERAGE, period }),
      breaching: 'above',
      threshold: databaseCpuPercent,
      periods: 6,
      treatMissingData: TreatMissingData.NOT_BREACHING,
      earlySignOf: 'emulator/errors',
    },
    {
      name: 'database/storage',
      description: 'The disk of the source database is nearly full: a full one stops it.',
      metric: instance.metricFreeStorageSpace({ statistic: Stats.MINIMUM, period }),
      breaching: 'below',
      threshold: databaseFreeStorageGiB * 1024 ** 3,
      periods: 3,
      treatMissingData: TreatMissingData.NOT_BREACHING,
    },
  ];
}
