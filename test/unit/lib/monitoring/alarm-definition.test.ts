import { Duration } from 'aws-cdk-lib';
import { MathExpression, Metric } from 'aws-cdk-lib/aws-cloudwatch';
import {
  COUNT,
  highestOf,
  HOURLY,
  metricOf,
  percentOf,
  sumOf,
} from '../../../../lib/monitoring/alarm-definition';

const [a, b] = ['A', 'B'].map((name) => metricOf('Space', name, { Size: 'small' }, HOURLY)) as [
  Metric,
  Metric,
];

test.each([
  [highestOf('x', [a, b]), 'MAX([m0, m1])'],
  // A metric without data must not hide the others.
  [sumOf('x', [a, b]), 'FILL(m0, 0) + FILL(m1, 0)'],
  // Nothing of nothing is no share, and no error.
  [percentOf('x', a, b), 'IF(m1 > 0, 100 * m0 / m1, 0)'],
])('metrics are combined %#', (combined, expression) => {
  expect(combined).toBeInstanceOf(MathExpression);
  const period = Duration.hours(1);
  expect(combined).toMatchObject({ expression, label: 'x', usingMetrics: { m0: a, m1: b }, period });
});

test('a metric has the dimensions, the statistic and the period that are asked for', () => {
  expect(metricOf('Space', 'A', { Size: 'small' }, COUNT)).toMatchObject({
    namespace: 'Space',
    metricName: 'A',
    dimensions: { Size: 'small' },
    statistic: 'Sum',
    period: Duration.minutes(5),
  });
});

test('nothing cannot be combined', () => {
  expect(() => sumOf('Errors', [])).toThrow('no metric for "Errors"');
});
