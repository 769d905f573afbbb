/** The tables: the streaming functions, the daily batch, and the counts of both. */
import { Duration } from 'aws-cdk-lib';
import type { Metric } from 'aws-cdk-lib/aws-cloudwatch';
import { Stats, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import type { StateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import type { StreamTables } from '../stream/stream-tables';
import { tableMetrics } from './metric-namespaces';
import type { AlarmThresholds, Deployment } from '../stages';
import {
  COUNT,
  HIGHEST,
  highestOf,
  HOURLY,
  metricOf,
  percentOf,
  sumOf,
  type Measure,
  type AlarmDefinition,
} from './alarm-definition';

type Path = 'topics' | 'streams';

/** A count that the functions log, over all feeds of a path. */
function counted({ userId, stage }: Deployment, name: string, path: Path, measure: Measure): Metric {
  return metricOf(tableMetrics(userId, stage.name), name, { UserId: userId, Path: path }, measure);
}

/** The functions of the streaming path. */
export function streamAlarms(tables: StreamTables, thresholds: AlarmThresholds): AlarmDefinition[] {
  const { appenders, maintenance, redrive } = tables;
  const { iteratorAgeMs, appendErrorsPer5Minutes } = thresholds;
  const functions = appenders.map((one) => one.function);
  const mapped = (metricName: string, measure: Measure): Metric[] =>
    appenders.map(({ mappingId }) =>
      metricOf('AWS/Lambda', metricName, { EventSourceMappingUUID: mappingId }, measure),
    );
  return [
    {
      name: 'streams/iterator-age',
      description: 'Records wait too long in a stream: its table is not fresh, and they will expire.',
      metric: highestOf(
        'The oldest record, ms',
        functions.map((one) => one.metric('IteratorAge', HIGHEST)),
      ),
      breaching: 'above',
      threshold: iteratorAgeMs,
      periods: 3,
      treatMissingData: TreatMissingData.NOT_BREACHING,
    },
    {
      name: 'streams/append-errors',
      description: 'Batches of the streams fail repeatedly.',
      metric: sumOf(
        'Failed batches',
        functions.map((one) => one.metricErrors(COUNT)),
      ),
      breaching: 'above',
      threshold: appendErrorsPer5Minutes,
      periods: 2,
      treatMissingData: TreatMissingData.NOT_BREACHING,
      earlySignOf: 'streams/iterator-age',
    },
    {
      name: 'streams/throttled',
      description: 'The account has no Lambda concurrency left for the functions of the streams.',
      metric: sumOf(
        'Throttled invocations',
        functions.map((one) => one.metricThrottles(COUNT)),
      ),
      breaching: 'above',
      threshold: 0,
      periods: 3,
      treatMissingData: TreatMissingData.NOT_BREACHING,
      earlySignOf: 'streams/iterator-age',
    },
    {
      name: 'streams/given-up',
      description: 'Records could not be appended after all retries, and are in the failures bucket.',
      metric: sumOf(
        'Records sent to the failures bucket',
        mapped('OnFailureDestinationDeliveredEventCount', COUNT),
      ),
      breaching: 'above',
      threshold: 0,
      periods: 1,
      treatMissingData: TreatMissingData.NOT_BREACHING,
    },
    {
      name: 'streams/lost',
      description:
        'Records could be neither appended nor put into the failures bucket: they are only in the stream.',
      metric: sumOf('Records dropped', [
        ...mapped('DroppedEventCount', COUNT),
        ...functions.map((one) => one.metric('DestinationDeliveryFailures', COUNT)),
      ]),
      breaching: 'above',
      threshold: 0,
      periods: 1,
      treatMissingData: TreatMissingData.NOT_BREACHING,
    },
    {
      name: 'streams/care-errors',
      description: 'Maintenance of the streaming tables, or the redrive, fails: tables get slow to read.',
      metric: sumOf('Failed runs', [maintenance.metricErrors(HOURLY), redrive.metricErrors(HOURLY)]),
      breaching: 'above',
      threshold: 0,
      periods: 3,
      treatMissingData: TreatMissingData.NOT_BREACHING,
    },
  ];
}

/** The share of rejected records on a path. */
export function quarantineAlarm(
  deployment: Deployment,
  path: Path,
  { quarantinePercent }: AlarmThresholds,
): AlarmDefinition {
  return {
    name: `quarantine/${path}`,
    description: `Too many records of the ${path} are rejected and go to quarantine.`,
    metric: percentOf(
      'Rejected records, %',
      counted(deployment, 'Rejects', path, HOURLY),
      counted(deployment, 'Records', path, HOURLY),
    ),
    breaching: 'above',
    threshold: quarantinePercent,
    periods: 1,
    treatMissingData: TreatMissingData.NOT_BREACHING,
  };
}

/** The daily batch and what its reconciliation counts. */
export function batchAlarms(
  deployment: Deployment,
  machine: StateMachine,
  { batchAgeHours }: AlarmThresholds,
): AlarmDefinition[] {
  const hourly = { statistic: Stats.SUM, period: Duration.hours(1) };
  const found = (name: string, description: string, metric: string): AlarmDefinition => ({
    name,
    description,
    // Over both paths and all feeds, summed by `lambda/table-engine/reconcile.py`.
    metric: metricOf(
      tableMetrics(deployment.userId, deployment.stage.name),
      metric,
      { UserId: deployment.userId },
      HOURLY,
    ),
    breaching: 'above',
    threshold: 0,
    periods: 1,
    treatMissingData: TreatMissingData.NOT_BREACHING,
  });
  return [
    {
      name: 'batch/failed',
      description: 'A daily batch failed, timed out or was stopped.',
      metric: sumOf('Runs that did not succeed', [
        machine.metricFailed(hourly),
        machine.metricTimedOut(hourly),
        machine.metricAborted(hourly),
      ]),
      breaching: 'above',
      threshold: 0,
      periods: 1,
      treatMissingData: TreatMissingData.NOT_BREACHING,
    },
    {
      name: 'batch/not-run',
      description: 'No daily batch has succeeded for more than a day: tables and answers are not fresh.',
      metric: machine.metricSucceeded(hourly),
      breaching: 'below',
      threshold: 1,
      periods: batchAgeHours,
      treatMissingData: TreatMissingData.BREACHING,
    },
    found('reconciliation/missing', 'Records were acknowledged or read, and are stored nowhere.', 'Missing'),
    found('reconciliation/duplicate', 'Records are stored more than once.', 'Duplicate'),
  ];
}
