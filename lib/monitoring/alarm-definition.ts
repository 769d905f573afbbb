/** The definition of an alarm: a metric with a threshold, from which it and a graph are made. */
import { Duration } from 'aws-cdk-lib';
import {
  MathExpression,
  Metric,
  Stats,
  type IMetric,
  type TreatMissingData,
} from 'aws-cdk-lib/aws-cloudwatch';

/** Definition of an alarm. */
export interface AlarmDefinition {
  /**
   * Part and problem, for example `sink/failed-tasks`: the end of the alarm's name, and the heading of its section in
   * `docs/runbook.md`.
   */
  readonly name: string;
  /** One sentence: what is wrong when the alarm fires. */
  readonly description: string;
  readonly metric: IMetric;
  /** Whether it fires above or below the threshold (exclusive). */
  readonly breaching: 'above' | 'below';
  readonly threshold: number;
  /** Number of consecutive breaching periods. */
  readonly periods: number;
  /** `NOT_BREACHING` where no data means no events, `BREACHING` where there should always be data. */
  readonly treatMissingData: TreatMissingData;
  /**
   * The name of the alarm that fires when this one causes harm. A stage may omit alarms of early signs.
   *
   * @default none: not an early sign
   */
  readonly earlySignOf?: string;
}

/** How a metric is aggregated. */
export interface Measure {
  readonly statistic: string;
  readonly period: Duration;
}

/** The number of events in five minutes. */
export const COUNT: Measure = { statistic: Stats.SUM, period: Duration.minutes(5) };
/** The highest value in five minutes. */
export const HIGHEST: Measure = { statistic: Stats.MAXIMUM, period: Duration.minutes(5) };
/** The number of events in an hour. */
export const HOURLY: Measure = { statistic: Stats.SUM, period: Duration.hours(1) };

/** A metric without its own method in the CDK. */
export function metricOf(
  namespace: string,
  metricName: string,
  dimensionsMap: Readonly<Record<string, string>>,
  measure: Measure,
): Metric {
  return new Metric({ namespace, metricName, dimensionsMap: { ...dimensionsMap }, ...measure });
}

/** The highest of several metrics. */
export function highestOf(label: string, metrics: readonly Metric[]): IMetric {
  return combined(label, metrics, (names) => `MAX([${names.join(', ')}])`);
}

/** The sum of several metrics; missing data counts as 0. */
export function sumOf(label: string, metrics: readonly Metric[]): IMetric {
  return combined(label, metrics, (names) => names.map((name) => `FILL(${name}, 0)`).join(' + '));
}

/** One metric as a percentage of another; 0 when that is 0. */
export function percentOf(label: string, part: Metric, whole: Metric): IMetric {
  return combined(label, [part, whole], ([a, b]) => `IF(${b} > 0, 100 * ${a} / ${b}, 0)`);
}

function combined(
  label: string,
  metrics: readonly Metric[],
  expression: (names: readonly string[]) => string,
): IMetric {
  const [first] = metrics;
  if (first === undefined) throw new Error(`There is no metric for "${label}": expected at least one.`);
  const names = metrics.map((_, index) => `m${index}`);
  return new MathExpression({
    label,
    expression: expression(names),
    usingMetrics: Object.fromEntries(metrics.map((metric, index) => [`m${index}`, metric])),
    period: first.period,
  });
}
