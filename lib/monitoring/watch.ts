/** What is watched: a metric, and from where on it says that something is wrong. */
import { Duration } from 'aws-cdk-lib';
import { MathExpression, Metric, Stats, type IMetric } from 'aws-cdk-lib/aws-cloudwatch';

/** An alarm before it is one. */
export interface Watch {
  /**
   * Which part, and what is wrong with it, for example `sink/failed-tasks`: the end of the alarm's name, and the heading
   * of its section in `docs/runbook.md`.
   */
  readonly name: string;
  /** A sentence: what is wrong when it goes off. */
  readonly description: string;
  readonly metric: IMetric;
  /** Whether it goes off above or below the threshold, which itself is still right. */
  readonly wrong: 'above' | 'below';
  readonly threshold: number;
  /** Periods of the metric in a row that have to be wrong. */
  readonly periods: number;
  /** What a period without data is: `right` where nothing happens, `wrong` where something always should. */
  readonly silence: 'right' | 'wrong';
  /**
   * The name of the watch that goes off when this one does harm. A stage may do without alarms of such early signs.
   *
   * @default none: it is harm itself
   */
  readonly earlySignOf?: string;
}

/** How a metric is summed up. */
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

/** A metric of a service that the library has no method for. */
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

/** The sum of several metrics, where those without data count nothing. */
export function sumOf(label: string, metrics: readonly Metric[]): IMetric {
  return combined(label, metrics, (names) => names.map((name) => `FILL(${name}, 0)`).join(' + '));
}

/** The share of one metric in another, in percent; 0 where there is nothing. */
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
