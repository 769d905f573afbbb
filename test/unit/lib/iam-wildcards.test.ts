/** Every right in the templates that is wider than one name, with the reason why it is. */
import type { Template } from 'aws-cdk-lib/assertions';
import { awsDeployment, deployment, pipeline, resourcesOf, type Statement } from './synth';

/** A right that is meant to be wide. */
interface Wide {
  /** The end of the resource that is allowed, as in the template. */
  readonly resource: RegExp;
  /** All the actions that may go with it. */
  readonly actions: readonly string[];
  readonly reason: string;
}

const OBJECTS = ['s3:GetObject', 's3:PutObject', 's3:DeleteObject'];

const WIDE: readonly Wide[] = [
  {
    resource:
      /\/(topics|topics\/pinterest\.dead-letters|sent|answers|reports|tables\/(\w+_table|pin|geo|user|batch_files|quarantine))\/\*$/,
    actions: OBJECTS,
    reason: 'Objects in one folder of the sink bucket, which have names of their own making.',
  },
  {
    resource: /FailuresBucket\w+\.Arn\}?\/(redriven\/)?\*$/,
    actions: OBJECTS,
    reason: 'Lambda names what it puts there.',
  },
  {
    resource: /:topic\/\S*__amazon_msk_connect_\*$/,
    actions: [
      'kafka-cluster:AlterTopic',
      'kafka-cluster:AlterTopicDynamicConfiguration',
      'kafka-cluster:CreateTopic',
      'kafka-cluster:DescribeTopic',
      'kafka-cluster:DescribeTopicDynamicConfiguration',
      'kafka-cluster:ReadData',
      'kafka-cluster:WriteData',
    ],
    reason: 'MSK Connect makes topics of its own behind this prefix.',
  },
  {
    resource:
      /:group\/\S*(__amazon_msk_connect_\*|connect-\S+-s3-sink\*|console-consumer-\*|pinterest-dead-letters-\*)$/,
    actions: ['kafka-cluster:AlterGroup', 'kafka-cluster:DescribeGroup'],
    reason:
      'Kafka Connect, its console consumer and the dead-letter function generate the rest of these names.',
  },
  {
    resource: /:stream\/streaming-pinterest-\*$/,
    actions: ['CreateStream', 'DeleteStream', 'DescribeStream', 'PutRecord', 'PutRecords'].map(
      (action) => `kinesis:${action}`,
    ),
    reason: 'Callers of the API make streams behind this prefix.',
  },
  {
    resource: /Function\w+\.Arn\}?:\*$|(Care|Redrive|DailyFunctions)\w+\.Arn\}?:\*$/,
    actions: ['lambda:InvokeFunction'],
    reason: 'The versions of one function.',
  },
  {
    resource: /DailySparkApplication\w*\.Arn\}?\/jobruns\/\*$/,
    actions: ['emr-serverless:GetJobRun', 'emr-serverless:CancelJobRun'],
    reason: 'The runs of one application, which have no names before they begin.',
  },
  {
    resource: /:logs:\S+:\*$/,
    actions: ['logs:DescribeLogGroups'],
    reason: 'EMR Serverless looks for its log group in the list of all.',
  },
  {
    resource: /^\*$/,
    actions: [
      ...['PutTraceSegments', 'PutTelemetryRecords', 'GetSamplingRules', 'GetSamplingTargets'].map(
        (action) => `xray:${action}`,
      ),
      ...[
        ...['CreateLogDelivery', 'GetLogDelivery', 'UpdateLogDelivery', 'DeleteLogDelivery'],
        ...['ListLogDeliveries', 'PutResourcePolicy', 'DescribeResourcePolicies', 'DescribeLogGroups'],
      ].map((action) => `logs:${action}`),
    ],
    reason: 'How Step Functions traces and logs; these actions know no resources.',
  },
  {
    resource: /^\*$/,
    actions: [
      ...['AssignPrivateIpAddresses', 'UnassignPrivateIpAddresses', 'DescribeSubnets'],
      ...['CreateNetworkInterface', 'DeleteNetworkInterface', 'DescribeNetworkInterfaces'],
    ].map((action) => `ec2:${action}`),
    reason: 'Lambda makes network interfaces for functions in a VPC; they have no names before.',
  },
  {
    resource: /^\*$/,
    actions: [
      'kinesis:ListStreams',
      'cloudwatch:PutMetricData',
      'ssm:UpdateInstanceInformation',
      ...['CreateControlChannel', 'CreateDataChannel', 'OpenControlChannel', 'OpenDataChannel'].map(
        (action) => `ssmmessages:${action}`,
      ),
    ],
    reason: 'These actions know no resources.',
  },
];

/** A resource as one text: references as `${id.attribute}`. */
function textOf(resource: unknown): string {
  if (typeof resource === 'string') return resource;
  const { Ref, 'Fn::GetAtt': attribute, 'Fn::Join': join, ...other } = resource as Record<string, unknown>;
  if (typeof Ref === 'string') return `\${${Ref}}`;
  if (Array.isArray(attribute)) return `\${${attribute.join('.')}}`;
  if (Array.isArray(join)) return (join as [string, unknown[]])[1].map(textOf).join(join[0] as string);
  return `\${${JSON.stringify(other)}}`;
}

interface Right {
  readonly action: string;
  readonly resource: string;
}

/** All that is allowed to roles, one action and resource at a time. */
function rightsOf(template: Template): Right[] {
  const policies = ['AWS::IAM::Policy', 'AWS::IAM::ManagedPolicy']
    .flatMap((type) => resourcesOf(template, type))
    .map(([, { Properties }]) => Properties?.PolicyDocument);
  const inline = resourcesOf(template, 'AWS::IAM::Role').flatMap(([, { Properties }]) =>
    ((Properties?.Policies ?? []) as { PolicyDocument: unknown }[]).map(
      ({ PolicyDocument }) => PolicyDocument,
    ),
  );
  const statements = [...policies, ...inline].flatMap(
    (document) => (document as { Statement: Statement[] }).Statement,
  );
  return statements
    .filter(({ Effect }) => Effect === 'Allow')
    .flatMap(({ Action, Resource }) =>
      [Action]
        .flat()
        .flatMap((action) => [Resource].flat().map((resource) => ({ action, resource: textOf(resource) }))),
    );
}

const rights = [deployment(), awsDeployment('dev'), awsDeployment('prod')].flatMap((deployed) =>
  Object.values<Template>(pipeline(deployed).templates).flatMap(rightsOf),
);
const wide = rights.filter(({ resource }) => resource.includes('*'));

test('no right is for more actions than it names', () => {
  expect(rights.length).toBeGreaterThan(100);
  expect(rights.filter(({ action }) => action.includes('*'))).toEqual([]);
});

test('every right that is wider than one name is meant to be', () => {
  const meant = ({ action, resource }: Right): boolean =>
    WIDE.some((entry) => entry.resource.test(resource) && entry.actions.includes(action));
  expect(wide.filter((right) => !meant(right))).toEqual([]);
});

test('every right in the list is used', () => {
  const unused = WIDE.flatMap(({ resource, actions }) =>
    actions.filter(
      (action) => !wide.some((right) => right.action === action && resource.test(right.resource)),
    ),
  );
  expect(unused).toEqual([]);
});
