/** What `doctor --stage` finds wrong with each part of a stage, and whom it names a missing right to. */
import { isWell } from '../../../../../tools/pipeline/doctor/check';
import { doctorOfStage } from '../../../../../tools/deployed-stage/doctor/stage-doctor';
import type { AwsAnswer, AwsAnswerer } from '../scripted-aws';
import { bad, lineOf, useHealthyStage } from './healthy-stage';
import {
  answersMade,
  CLUSTER,
  clusterAnswer,
  CONNECTOR,
  connectorAnswer,
  DENIED_JSON,
  DENIED_XML,
  json,
  mapping,
  offerings,
  stream,
  targets,
  taskCounts,
} from './scripted-stage';

const MAPPING = 'GET /2015-03-31/event-source-mappings/mapping-of-streaming-pinterest-pin';
const HOUR = 3_600_000;
const aws = useHealthyStage();

const status = (code: number, body = 'why'): AwsAnswer => ({ status: code, body });

test.each<[result: string, operation: string, AwsAnswer | AwsAnswerer, seen: string, remedy: string]>([
  [
    'CDK bootstrap failed',
    'GetParameter',
    { status: 400, body: '{"__type":"ParameterNotFound"}' },
    'there is no /cdk-bootstrap/hnb659fds/version in eu-west-1',
    'npx cdk bootstrap -c stage=dev -c region=eu-west-1',
  ],
  [
    'CDK bootstrap failed',
    'GetParameter',
    json({ Parameter: { Value: '5' } }),
    'version 5, and at least 6 is needed',
    'npx cdk bootstrap',
  ],
  [
    'zones failed',
    'DescribeInstanceTypeOfferings',
    offerings([
      ['eu-west-1a', 't4g.micro'],
      ['eu-west-1a', 't4g.nano'],
      ['eu-west-1b', 't4g.nano'],
    ]),
    'eu-west-1b (euw1-az2) has no t4g.micro',
    '-c availabilityZones=',
  ],
  [
    'database failed',
    'DescribeDBInstances',
    {
      body: '<DescribeDBInstancesResponse><DescribeDBInstancesResult><DBInstances><DBInstance><DBInstanceStatus>stopped</DBInstanceStatus></DBInstance></DBInstances></DescribeDBInstancesResult></DescribeDBInstancesResponse>',
    },
    'db-1 is stopped',
    'aws rds start-db-instance',
  ],
  [
    'Kafka cluster failed',
    `GET /api/v2/clusters/${CLUSTER}`,
    clusterAnswer('FAILED', 'no room'),
    'FAILED, 2 brokers kafka.m7g.large, Kafka 3.9.x: no room',
    'docs/runbook.md',
  ],
  [
    'Kafka cluster warning',
    `GET /api/v2/clusters/${CLUSTER}`,
    clusterAnswer('HEALING'),
    'HEALING',
    'Amazon is at work',
  ],
  [
    'Kafka cluster failed',
    `GET /api/v2/clusters/${CLUSTER}`,
    { status: 404, headers: { 'x-amzn-errortype': 'NotFoundException' }, body: '{"message":"gone"}' },
    'not there: gone',
    'deleted by hand',
  ],
  [
    'S3 sink failed',
    `GET /v1/connectors/${CONNECTOR}`,
    connectorAnswer('FAILED', 'no plugin'),
    'is FAILED (Oops: no plugin)',
    'sink/not-running',
  ],
  [
    'S3 sink warning',
    `GET /v1/connectors/${CONNECTOR}`,
    connectorAnswer('CREATING'),
    'is CREATING',
    'Ask again later',
  ],
  [
    'S3 sink tasks failed',
    'GetMetricData',
    taskCounts([2], [1]),
    '2 run, 1 have failed',
    'sink/failed-tasks',
  ],
  ['S3 sink tasks failed', 'GetMetricData', taskCounts([0], [0]), '0 run, 0 have failed', 'sink/not-running'],
  [
    'S3 sink tasks failed',
    'GetMetricData',
    taskCounts([], []),
    'no metrics of pinterest-dev-s3-sink-0a1b for 15 minutes',
    'sink/not-running',
  ],
  [
    'REST proxy hosts failed',
    'DescribeTargetHealth',
    targets('unhealthy'),
    'i-1 is unhealthy (Target.FailedHealthChecks)',
    'rest-proxy/down',
  ],
  [
    'REST proxy hosts warning',
    'DescribeTargetHealth',
    targets('healthy', 'initial'),
    'i-2 is initial',
    'rest-proxy/unhealthy',
  ],
  ['REST proxy hosts failed', 'DescribeTargetHealth', targets(), 'no host is registered', 'rest-proxy/down'],
  ['API failed', 'GET /live/health', status(200), 'unsigned GET /health returns 200', '403 was expected'],
  [
    'API failed',
    'GET /live/health',
    ({ isSigned }) => status(isSigned ? 504 : 403),
    'signed GET /health returns 504 (why)',
    'REST proxy hosts',
  ],
  [
    'API failed',
    'GET /live/health',
    status(403, 'not authorized'),
    'signed GET /health returns 403 (not authorized)',
    'execute-api:Invoke',
  ],
  ['API failed', 'GET /live/streams', status(500), 'signed GET /streams returns 500 (why)', "The API's role"],
  ['topics unknown', 'GET /live/topics', status(503), 'GET /topics returns 503', 'kafka/offline-partitions'],
  [
    'topics failed',
    'GET /live/topics',
    { body: '["pinterest.pin","pinterest.user"]' },
    'missing: pinterest.geo, pinterest.dead-letters',
    'park the stage',
  ],
  [
    'streams failed',
    'DescribeStreamSummary',
    stream({ EncryptionType: 'NONE' }),
    'streaming-pinterest-pin is ACTIVE, 1 shards, not encrypted',
    'start-stream-encryption',
  ],
  [
    'streams failed',
    'DescribeStreamSummary',
    stream({ StreamStatus: 'DELETING' }),
    'is DELETING',
    'Wait until it is ACTIVE',
  ],
  [
    'streams warning',
    'DescribeStreamSummary',
    stream({ StreamStatus: 'UPDATING' }),
    'is UPDATING',
    'Ask again later',
  ],
  [
    'appenders failed',
    MAPPING,
    mapping({ State: 'Disabled' }),
    'streaming-pinterest-pin is Disabled',
    'update-event-source-mapping --uuid mapping-of-streaming-pinterest-pin --enabled',
  ],
  [
    'appenders failed',
    MAPPING,
    mapping({ LastProcessingResult: 'PROBLEM: Function call failed' }),
    'PROBLEM: Function call failed',
    'streams/append-errors',
  ],
  [
    'Lambda concurrency warning',
    'GET /2016-08-19/account-settings',
    json({ AccountLimit: { ConcurrentExecutions: 8 } }),
    '8 functions may run at once, up to 9 are wanted',
    'L-B99A9384',
  ],
  [
    'alarms failed',
    'DescribeAlarms',
    json({
      MetricAlarms: [
        { AlarmName: 'pinterest-dev/sink/lag', StateValue: 'ALARM' },
        { AlarmName: 'pinterest-dev/a/b', StateValue: 'OK' },
      ],
    }),
    '1 of 2 are on',
    'a section for each: sink/lag',
  ],
  [
    'alarms failed',
    'DescribeAlarms',
    json({ MetricAlarms: [] }),
    'there is none named pinterest-dev/',
    'operations',
  ],
  [
    'answers warning',
    'HEAD /sink/answers/answers.json',
    status(404, ''),
    'there are none yet in s3://sink',
    '`npm run pipeline -- batch --stage dev --region eu-west-1`',
  ],
  [
    'answers failed',
    'HEAD /sink/answers/answers.json',
    answersMade(new Date(Date.now() - 30 * HOUR)),
    '30.0 hours ago',
    'no older than 26 hours',
  ],
])('%s, by %s, is one line with the remedy', async (result, operation, answer, seen, remedy) => {
  aws().answers.set(operation, answer);
  const results = await doctorOfStage(aws().stage());
  expect(bad(results)).toContain(result);
  const line = results.find(({ check, status: found }) => `${check} ${found}` === result);
  expect(line?.seen).toContain(seen);
  expect(line?.remedy).toContain(remedy);
  expect(isWell(results)).toBe(line?.status === 'warning');
});

const DENIED_REST: AwsAnswer = { status: 403, body: '{"message":"You may not."}' };

test.each<[operation: string, AwsAnswer, check: string, right: string]>([
  ['GetParameter', DENIED_JSON, 'CDK bootstrap', 'ssm:GetParameter'],
  [
    'DescribeSubnets',
    {
      status: 403,
      body: '<Response><Errors><Error><Code>UnauthorizedOperation</Code><Message>You may not.</Message></Error></Errors></Response>',
    },
    'zones',
    'ec2:DescribeSubnets',
  ],
  ['DescribeDBInstances', DENIED_XML, 'database', 'rds:DescribeDBInstances'],
  [`GET /api/v2/clusters/${CLUSTER}`, DENIED_REST, 'Kafka cluster', 'kafka:DescribeClusterV2'],
  [`GET /v1/connectors/${CONNECTOR}`, DENIED_REST, 'S3 sink', 'kafkaconnect:DescribeConnector'],
  ['GetMetricData', DENIED_JSON, 'S3 sink tasks', 'cloudwatch:GetMetricData'],
  ['DescribeTargetHealth', DENIED_XML, 'REST proxy hosts', 'elasticloadbalancing:DescribeTargetHealth'],
  ['DescribeStreamSummary', DENIED_JSON, 'streams', 'kinesis:DescribeStreamSummary'],
  [MAPPING, DENIED_REST, 'appenders', 'lambda:GetEventSourceMapping'],
  ['GET /2016-08-19/account-settings', DENIED_REST, 'Lambda concurrency', 'lambda:GetAccountSettings'],
  ['DescribeAlarms', DENIED_JSON, 'alarms', 'cloudwatch:DescribeAlarms'],
  ['HEAD /sink/answers/answers.json', { status: 403, body: '' }, 'answers', 's3:GetObject'],
])('who may not ask by %s is told the right', async (operation, answer, check, right) => {
  aws().answers.set(operation, answer);
  const results = await doctorOfStage(aws().stage());
  expect(lineOf(results, check)).toMatchObject({
    status: 'unknown',
    seen: expect.stringContaining('not allowed') as string,
    remedy: expect.stringContaining(right) as string,
  });
  expect(isWell(results)).toBe(false);
});
