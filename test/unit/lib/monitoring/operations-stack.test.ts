/** Alarms, topic, dashboard and budget as in the template. */
import { Match, type Template } from 'aws-cdk-lib/assertions';
import { MonthlyBudget } from '../../../../lib/monitoring/monthly-budget';
import { Topic } from 'aws-cdk-lib/aws-sns';
import {
  awsDeployment,
  emptyStack,
  pipeline,
  resourcesOf,
  statementsOf,
  type TemplateResource,
} from '../synth';

const { templates } = pipeline(awsDeployment('dev', { alarmEmail: 'ops@example.com', alarms: 'all' }));
const { operations } = templates;
const alarms = resourcesOf(operations, 'AWS::CloudWatch::Alarm').map(
  ([, { Properties }]) => Properties ?? {},
);
const alarm = (name: string): Readonly<Record<string, unknown>> =>
  alarms.find(({ AlarmName }) => AlarmName === `pinterest-dev/${name}`) ?? {};

/** The metrics behind an alarm: `namespace/name` with their dimensions. */
function metricsOf(name: string): [string, Record<string, unknown>][] {
  const { Metrics, Namespace, MetricName, Dimensions } = alarm(name);
  const all =
    Metrics === undefined
      ? [{ Namespace, MetricName, Dimensions }]
      : (Metrics as { MetricStat?: { Metric: Record<string, unknown> } }[]).flatMap(({ MetricStat }) =>
          MetricStat === undefined ? [] : [MetricStat.Metric],
        );
  return all.map(({ Namespace: space, MetricName: metric, Dimensions: dimensions }) => [
    `${String(space)}/${String(metric)}`,
    Object.fromEntries(
      ((dimensions ?? []) as { Name: string; Value: unknown }[]).map(({ Name, Value }) => [Name, Value]),
    ),
  ]);
}

test('the lag and the client host follow the group of a connector whose worker configures the clients', () => {
  const other = pipeline(awsDeployment('dev', { connectClientSettings: 'worker' })).templates;
  const [[, connector]] = resourcesOf(other.kafka, 'AWS::KafkaConnect::Connector') as [
    [string, TemplateResource],
  ];
  const group = `connect-${String(connector.Properties?.ConnectorName)}`;
  expect(group).toMatch(/^connect-pinterest-dev-s3-sink-[0-9a-f]{8}$/);
  const lag = resourcesOf(other.operations, 'AWS::CloudWatch::Alarm').find(
    ([, { Properties }]) => Properties?.AlarmName === 'pinterest-dev/sink/lag',
  );
  expect(JSON.stringify(lag)).toContain(`{"Name":"Consumer Group","Value":"${group}"}`);
  expect(JSON.stringify(statementsOf(other.clientHost, 'ClientHostRole'))).toContain(group);
});

test('every alarm is sent when it goes off and when it is over, to the topic', () => {
  const topic = [{ Ref: expect.stringMatching(/^AlarmTopic/) as string }];
  for (const properties of alarms) {
    expect(properties).toMatchObject({ AlarmActions: topic, OKActions: topic });
    expect(['breaching', 'notBreaching']).toContain(properties.TreatMissingData);
    expect(properties.DatapointsToAlarm).toBe(properties.EvaluationPeriods);
  }
});

test('CloudWatch evaluates no alarm over more than it can: a day, or seven in periods of an hour', () => {
  for (const { AlarmName, Period, Metrics, EvaluationPeriods } of alarms) {
    const periods = ((Metrics ?? []) as { MetricStat?: { Period: number } }[]).flatMap(({ MetricStat }) =>
      MetricStat === undefined ? [] : [MetricStat.Period],
    );
    const period = Math.max(...periods, Number(Period ?? 0));
    expect(new Set(periods).size).toBeLessThanOrEqual(1);
    const limit = period >= 3600 ? 7 * 86_400 : 86_400;
    expect([AlarmName, period * Number(EvaluationPeriods) <= limit]).toEqual([AlarmName, true]);
  }
});

test('the counts are looked for where the functions write them', () => {
  const namespaces = [
    ...resourcesOf(templates.stream, 'AWS::Lambda::Function'),
    ...resourcesOf(templates.batch, 'AWS::Lambda::Function'),
  ]
    .map(
      ([, { Properties }]) => (Properties?.Environment as { Variables: Record<string, unknown> }).Variables,
    )
    .filter(({ FEED, FAILURES_BUCKET }) => FEED !== undefined && FAILURES_BUCKET === undefined)
    .map(({ METRICS_NAMESPACE }) => METRICS_NAMESPACE);
  expect(namespaces).toEqual(Array(3).fill('pinterest-dev/tables'));
  const dimensions = { UserId: 'pinterest', Path: 'streams' };
  expect(metricsOf('quarantine/streams')).toEqual([
    ['pinterest-dev/tables/Rejects', dimensions],
    ['pinterest-dev/tables/Records', dimensions],
  ]);
  for (const [name, metric] of [
    ['missing', 'Missing'],
    ['duplicate', 'Duplicate'],
  ]) {
    expect(metricsOf(`reconciliation/${String(name)}`)).toEqual([
      [`pinterest-dev/tables/${String(metric)}`, { UserId: 'pinterest' }],
    ]);
  }
});

test('what is refused on either path is watched, whichever engine cleans', () => {
  for (const batchEngine of ['lambda', 'emr-serverless']) {
    const made = pipeline(awsDeployment('dev', { batchEngine })).templates.operations;
    const names = resourcesOf(made, 'AWS::CloudWatch::Alarm').map(
      ([, { Properties }]) => Properties?.AlarmName,
    );
    expect(names).toEqual(
      expect.arrayContaining(['pinterest-dev/quarantine/topics', 'pinterest-dev/quarantine/streams']),
    );
  }
});

test('only the address given is sent the alarms', () => {
  operations.hasResourceProperties('AWS::SNS::Subscription', {
    Protocol: 'email',
    Endpoint: 'ops@example.com',
  });
  pipeline(awsDeployment('dev')).templates.operations.resourceCountIs('AWS::SNS::Subscription', 0);
});

test('the dashboard has all alarms, and a graph with its threshold for each', () => {
  const [, dashboard] = resourcesOf(operations, 'AWS::CloudWatch::Dashboard')[0] ?? [];
  const body = JSON.stringify(dashboard?.Properties?.DashboardBody);
  expect(dashboard?.Properties?.DashboardName).toBe('pinterest-dev');
  for (const { AlarmName } of alarms) {
    expect(body).toContain(`\\"title\\":\\"${String(AlarmName).replace('pinterest-dev/', '')}\\"`);
  }
  expect(body.match(/\\"annotations\\"/g)).toHaveLength(alarms.length);
  expect(body.match(/Alarms\w+","Arn"/g)).toHaveLength(alarms.length);
});

describe('early signs', () => {
  const EARLY = {
    'api/latency': 'api/errors',
    'client-host/disk': 'rest-proxy/down',
    'database/cpu': 'emulator/errors',
    'rest-proxy/unhealthy': 'rest-proxy/down',
    'sink/dead-letters-kept': 'sink/dead-letters',
    'streams/append-errors': 'streams/iterator-age',
    'streams/throttled': 'streams/iterator-age',
  };
  const namesOf = (template: Template): string[] =>
    resourcesOf(template, 'AWS::CloudWatch::Alarm').map(([, { Properties }]) =>
      String(Properties?.AlarmName).replace('pinterest-dev/', ''),
    );
  const dev = pipeline(awsDeployment('dev')).templates.operations;

  test('have no alarm in dev, what they are signs of has one', () => {
    const all = namesOf(operations);
    const kept = namesOf(dev);
    expect(all.filter((name) => !kept.includes(name)).sort()).toEqual(Object.keys(EARLY));
    expect(kept).toEqual(expect.arrayContaining(Object.values(EARLY)));
  });

  test('are on the dashboard all the same', () => {
    const [, dashboard] = resourcesOf(dev, 'AWS::CloudWatch::Dashboard')[0] ?? [];
    const body = JSON.stringify(dashboard?.Properties?.DashboardBody);
    expect(body.match(/\\"annotations\\"/g)).toHaveLength(alarms.length);
    for (const name of Object.keys(EARLY)) expect(body).toContain(`\\"title\\":\\"${name}\\"`);
  });
});

test('the budget is of the whole account, and notifies early', () => {
  operations.hasResourceProperties('AWS::Budgets::Budget', {
    Budget: {
      BudgetType: 'COST',
      TimeUnit: 'MONTHLY',
      BudgetLimit: { Amount: 150, Unit: 'USD' },
      CostFilters: Match.absent(),
    },
    NotificationsWithSubscribers: (
      [
        ['ACTUAL', 80],
        ['ACTUAL', 100],
        ['FORECASTED', 100],
      ] as const
    ).map(([NotificationType, Threshold]) => ({
      Notification: { NotificationType, Threshold, ThresholdType: 'PERCENTAGE' },
      Subscribers: [{ SubscriptionType: 'SNS', Address: { Ref: Match.stringLikeRegexp('^AlarmTopic') } }],
    })),
  });
  const stack = emptyStack();
  const topic = new Topic(stack, 'Topic');
  expect(() => new MonthlyBudget(stack, 'None', { name: 'x', limitUsd: 0, topic })).toThrow(
    'a number above 0',
  );
});
