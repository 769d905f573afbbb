/** What brings records into the tables: the functions of the streams, the daily batch, and what is counted of both. */
import { Duration } from 'aws-cdk-lib';
import type { Metric } from 'aws-cdk-lib/aws-cloudwatch';
import { Stats } from 'aws-cdk-lib/aws-cloudwatch';
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
  type Watch,
} from './watch';

type Path = 'topics' | 'streams';

/** A count that the functions write into their logs, over all feeds of a path. */
function counted({ userId, stage }: Deployment, name: string, path: Path, measure: Measure): Metric {
  return metricOf(tableMetrics(userId, stage.name), name, { UserId: userId, Path: path }, measure);
}

/** The functions of the streaming path. */
export function streamWatches(tables: StreamTables, thresholds: AlarmThresholds): Watch[] {
  const { appenders, care, redrive } = tables;
  const { iteratorAgeMs, appendErrorsPer5Minutes } = thresholds;
  const functions = appenders.map((one) => one.function);
  const mapped = (metricName: string, measure: Measure): Metric[] =>
    appenders.map(({ mappingId }) =>
      metricOf('AWS/Lambda', metricName, { EventSourceMappingUUID: mappingId }, measure),
    );
  return [
    {
      name: 'streams/iterator-age',
      description:
        'Records wait too long in a stream: its table is not fresh, and in the end they are given up.',
      metric: highestOf(
        'The oldest record, ms',
        functions.map((one) => one.metric('IteratorAge', HIGHEST)),
      ),
      wrong: 'above',
      threshold: iteratorAgeMs,
      periods: 3,
      silence: 'right',
    },
    {
      name: 'streams/append-errors',
      description: 'Batches of the streams fail again and again.',
      metric: sumOf(
        'Failed batches',
        functions.map((one) => one.metricErrors(COUNT)),
      ),
      wrong: 'above',
      threshold: appendErrorsPer5Minutes,
      periods: 2,
      silence: 'right',
      earlySignOf: 'streams/iterator-age',
    },
    {
      name: 'streams/throttled',
      description: 'The account has no concurrency left for the functions of the streams.',
      metric: sumOf(
        'Throttled invocations',
        functions.map((one) => one.metricThrottles(COUNT)),
      ),
      wrong: 'above',
      threshold: 0,
      periods: 3,
      silence: 'right',
      earlySignOf: 'streams/iterator-age',
    },
    {
      name: 'streams/given-up',
      description: 'Records could not be appended in the end, and are in the bucket of failures.',
      metric: sumOf('Records given up', mapped('OnFailureDestinationDeliveredEventCount', COUNT)),
      wrong: 'above',
      threshold: 0,
      periods: 1,
      silence: 'right',
    },
    {
      name: 'streams/lost',
      description:
        'Records could not be appended, nor put into the bucket of failures: they are only in the stream.',
      metric: sumOf('Records dropped', [
        ...mapped('DroppedEventCount', COUNT),
        ...functions.map((one) => one.metric('DestinationDeliveryFailures', COUNT)),
      ]),
      wrong: 'above',
      threshold: 0,
      periods: 1,
      silence: 'right',
    },
    {
      name: 'streams/care-errors',
      description: 'The care of the tables of the streams fails, or the redrive: tables get slow to read.',
      metric: sumOf('Failed runs', [care.metricErrors(HOURLY), redrive.metricErrors(HOURLY)]),
      wrong: 'above',
      threshold: 0,
      periods: 3,
      silence: 'right',
    },
  ];
}

/** Whether too much is refused on a path. */
export function quarantineWatch(
  deployment: Deployment,
  path: Path,
  { quarantinePercent }: AlarmThresholds,
): Watch {
  return {
    name: `quarantine/${path}`,
    description: `Too many records of the ${path} break a rule and go to quarantine.`,
    metric: percentOf(
      'Refused records, %',
      counted(deployment, 'Rejects', path, HOURLY),
      counted(deployment, 'Records', path, HOURLY),
    ),
    wrong: 'above',
    threshold: quarantinePercent,
    periods: 1,
    silence: 'right',
  };
}

/** The daily batch and what its reconciliation counts. */
export function batchWatches(
  deployment: Deployment,
  machine: StateMachine,
  { batchAgeHours }: AlarmThresholds,
): Watch[] {
  const hourly = { statistic: Stats.SUM, period: Duration.hours(1) };
  const found = (name: string, description: string, metric: string): Watch => ({
    name,
    description,
    // Over both paths and all feeds, as `lambda/table-engine/reconcile.py` adds it up.
    metric: metricOf(
      tableMetrics(deployment.userId, deployment.stage.name),
      metric,
      { UserId: deployment.userId },
      HOURLY,
    ),
    wrong: 'above',
    threshold: 0,
    periods: 1,
    silence: 'right',
  });
  return [
    {
      name: 'batch/failed',
      description: 'A daily batch has failed, run out of time or been stopped.',
      metric: sumOf('Runs that did not succeed', [
        machine.metricFailed(hourly),
        machine.metricTimedOut(hourly),
        machine.metricAborted(hourly),
      ]),
      wrong: 'above',
      threshold: 0,
      periods: 1,
      silence: 'right',
    },
    {
      name: 'batch/not-run',
      description: 'No daily batch has succeeded for more than a day: tables and answers are not fresh.',
      metric: machine.metricSucceeded(hourly),
      wrong: 'below',
      threshold: 1,
      periods: batchAgeHours,
      silence: 'wrong',
    },
    found('reconciliation/missing', 'Records were acknowledged or read, and are stored nowhere.', 'Missing'),
    found('reconciliation/duplicate', 'Records are stored more than once.', 'Duplicate'),
  ];
}
