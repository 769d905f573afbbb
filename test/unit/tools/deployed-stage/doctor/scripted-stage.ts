/** A stage that is well, as AWS's interfaces tell of it; a test changes the answers that it is about. */
import { ec2Answer, type AwsAnswer, type ScriptedAws } from '../scripted-aws';

export const CLUSTER = 'arn:aws:kafka:eu-west-1:123456789012:cluster/pinterest-dev/abc-1';
export const CONNECTOR =
  'arn:aws:kafkaconnect:eu-west-1:123456789012:connector/pinterest-dev-s3-sink-0a1b/abc-2';
const GROUP = 'arn:aws:elasticloadbalancing:eu-west-1:123456789012:targetgroup/proxy/abc';
const STREAMS = ['geo', 'pin', 'user'].map((feed) => `streaming-pinterest-${feed}`);

/** A response of a JSON interface. */
export const json = (body: object): AwsAnswer => ({ body: JSON.stringify(body) });

/** A response of a query interface. */
export const xml = (operation: string, content: string): AwsAnswer => ({
  body: `<${operation}Response><${operation}Result>${content}</${operation}Result></${operation}Response>`,
});

/** The resources of each stack, by the stack's last part: type and physical id. */
export const RESOURCES: Readonly<Record<string, readonly (readonly [type: string, id: string])[]>> = {
  network: [
    ['AWS::EC2::Subnet', 'subnet-1'],
    ['AWS::EC2::Subnet', 'subnet-2'],
  ],
  source: [['AWS::RDS::DBInstance', 'db-1']],
  cluster: [['AWS::MSK::Cluster', CLUSTER]],
  kafka: [['AWS::KafkaConnect::Connector', CONNECTOR]],
  'client-host': [['AWS::ElasticLoadBalancingV2::TargetGroup', GROUP]],
  stream: STREAMS.map((name) => ['AWS::Lambda::EventSourceMapping', `mapping-of-${name}`] as const),
  api: STREAMS.map((name) => ['AWS::Kinesis::Stream', name] as const),
};

/** Every stack that `dev` has. */
export const PARTS = [
  ...['key', 'network', 'source', 'storage', 'cluster', 'kafka', 'client-host', 'stream', 'api'],
  ...['emulator', 'batch', 'operations'],
];

/** What is said of the stacks. */
export interface ScriptedStacks {
  readonly parts?: readonly string[];
  /** Of the parts that are not CREATE_COMPLETE. */
  readonly states?: Readonly<Record<string, string>>;
  readonly outputs?: Readonly<Record<string, string>>;
  readonly resources?: typeof RESOURCES;
  /** Of all of them. */
  readonly changed?: Date;
}

/** Scripts the stacks. */
export function scriptStacks(
  aws: ScriptedAws,
  { parts = PARTS, states = {}, outputs = {}, resources = RESOURCES, changed = new Date() }: ScriptedStacks,
): void {
  const all = {
    SinkBucketName: 'sink',
    SinkConnectorName: 'pinterest-dev-s3-sink',
    ApiUrl: `${aws.url}/live`,
    ...outputs,
  };
  const listed = Object.entries(all)
    .map(
      ([key, value]) => `<member><OutputKey>${key}</OutputKey><OutputValue>${value}</OutputValue></member>`,
    )
    .join('');
  const members = parts.map(
    (part) =>
      `<member><StackName>pinterest-dev-${part}</StackName><StackStatus>${states[part] ?? 'CREATE_COMPLETE'}</StackStatus><CreationTime>${changed.toISOString()}</CreationTime>${states[part] === undefined ? '' : '<StackStatusReason>so it is</StackStatusReason>'}<Outputs>${part === 'storage' ? listed : ''}</Outputs></member>`,
  );
  aws.answers.set('DescribeStacks', xml('DescribeStacks', `<Stacks>${members.join('')}</Stacks>`));
  aws.answers.set('ListStackResources', ({ input }) => {
    const part = String(input.StackName).replace('pinterest-dev-', '');
    const summaries = (resources[part] ?? []).map(
      ([type, id]) =>
        `<member><LogicalResourceId>x</LogicalResourceId><PhysicalResourceId>${id}</PhysicalResourceId><ResourceType>${type}</ResourceType><ResourceStatus>CREATE_COMPLETE</ResourceStatus><LastUpdatedTimestamp>2026-01-01T00:00:00Z</LastUpdatedTimestamp></member>`,
    );
    return xml(
      'ListStackResources',
      `<StackResourceSummaries>${summaries.join('')}</StackResourceSummaries>`,
    );
  });
}

/** The zones that offer types of instances. */
export function offerings(offered: readonly (readonly [zone: string, type: string])[]): AwsAnswer {
  const items = offered.map(
    ([zone, type]) =>
      `<item><instanceType>${type}</instanceType><locationType>availability-zone</locationType><location>${zone}</location></item>`,
  );
  return ec2Answer(
    'DescribeInstanceTypeOfferings',
    `<instanceTypeOfferingSet>${items.join('')}</instanceTypeOfferingSet>`,
  );
}

/** A stream as Kinesis describes it. */
export const stream = (changes: object = {}): AwsAnswer =>
  json({
    StreamDescriptionSummary: {
      StreamName: 'x',
      StreamARN: 'arn:x',
      StreamStatus: 'ACTIVE',
      RetentionPeriodHours: 24,
      StreamCreationTimestamp: 1,
      EnhancedMonitoring: [],
      EncryptionType: 'KMS',
      OpenShardCount: 1,
      ...changes,
    },
  });

/** The connector's metrics. */
export const taskCounts = (running: readonly number[], errored: readonly number[]): AwsAnswer =>
  json({
    MetricDataResults: [
      { Id: 'running', Values: running },
      { Id: 'errored', Values: errored },
    ],
  });

/** The hosts behind the load balancer. */
export const targets = (...states: readonly string[]): AwsAnswer =>
  xml(
    'DescribeTargetHealth',
    `<TargetHealthDescriptions>${states.map((state, index) => `<member><Target><Id>i-${index + 1}</Id></Target><TargetHealth><State>${state}</State>${state === 'healthy' ? '' : '<Reason>Target.FailedHealthChecks</Reason>'}</TargetHealth></member>`).join('')}</TargetHealthDescriptions>`,
  );

/** A refusal for want of rights, as interfaces in JSON and as those in XML say it. */
export const DENIED_JSON: AwsAnswer = {
  status: 400,
  body: '{"__type":"AccessDeniedException","message":"You may not."}',
};
export const DENIED_XML: AwsAnswer = {
  status: 403,
  body: '<ErrorResponse><Error><Code>AccessDenied</Code><Message>You may not.</Message></Error></ErrorResponse>',
};

/** Scripts a stage of which all is well. */
export function scriptHealthyStage(aws: ScriptedAws): void {
  const { answers } = aws;
  const set = (operation: string, content: string, by = xml): unknown =>
    answers.set(operation, by(operation, content));
  set('GetCallerIdentity', '<Account>123456789012</Account><Arn>arn:aws:iam::123456789012:user/me</Arn>');
  answers.set('GetParameter', json({ Parameter: { Value: '28' } }));
  scriptStacks(aws, {});
  const zones = ['a', 'b', 'c'].map((letter, n) => [`eu-west-1${letter}`, `euw1-az${n + 1}`] as const);
  const zoneItems = zones.map(
    ([name, id]) =>
      `<item><zoneName>${name}</zoneName><zoneId>${id}</zoneId><zoneState>available</zoneState></item>`,
  );
  set(
    'DescribeAvailabilityZones',
    `<availabilityZoneInfo>${zoneItems.join('')}</availabilityZoneInfo>`,
    ec2Answer,
  );
  const subnetItems = zones.map(
    ([name, id]) =>
      `<item><availabilityZone>${name}</availabilityZone><availabilityZoneId>${id}</availabilityZoneId></item>`,
  );
  set('DescribeSubnets', `<subnetSet>${subnetItems.slice(0, 2).join('')}</subnetSet>`, ec2Answer);
  const types = ['t4g.micro', 't4g.nano'];
  answers.set(
    'DescribeInstanceTypeOfferings',
    offerings(zones.flatMap(([name]) => types.map((type) => [name, type] as const))),
  );
  set(
    'DescribeDBInstances',
    '<DBInstances><DBInstance><DBInstanceStatus>available</DBInstanceStatus><DBInstanceClass>db.t4g.micro</DBInstanceClass><EngineVersion>8.4.8</EngineVersion></DBInstance></DBInstances>',
  );
  answers.set(`GET /api/v2/clusters/${CLUSTER}`, clusterAnswer('ACTIVE'));
  answers.set(`GET /v1/connectors/${CONNECTOR}`, connectorAnswer('RUNNING'));
  answers.set('GetMetricData', taskCounts([3, 3], [0, 0]));
  answers.set('DescribeTargetHealth', targets('healthy'));
  answers.set('GET /live/health', ({ isSigned }) => ({ status: isSigned ? 200 : 403, body: '{}' }));
  answers.set('GET /live/streams', json({ StreamNames: STREAMS }));
  answers.set('GET /live/topics', {
    body: JSON.stringify(['pin', 'geo', 'user', 'dead-letters'].map((name) => `pinterest.${name}`)),
  });
  answers.set('DescribeStreamSummary', stream());
  for (const name of STREAMS)
    answers.set(`GET /2015-03-31/event-source-mappings/mapping-of-${name}`, mapping());
  answers.set('GET /2016-08-19/account-settings', json({ AccountLimit: { ConcurrentExecutions: 1000 } }));
  answers.set(
    'DescribeAlarms',
    json({ MetricAlarms: [{ AlarmName: 'pinterest-dev/sink/lag', StateValue: 'OK' }] }),
  );
  answers.set('HEAD /sink/answers/answers.json', answersMade(new Date()));
}

/** The cluster in a state. */
export const clusterAnswer = (State: string, message?: string): AwsAnswer =>
  json({
    clusterInfo: {
      state: State,
      ...(message === undefined ? {} : { stateInfo: { message } }),
      provisioned: {
        numberOfBrokerNodes: 2,
        brokerNodeGroupInfo: { instanceType: 'kafka.m7g.large', clientSubnets: [] },
        currentBrokerSoftwareInfo: { kafkaVersion: '3.9.x' },
      },
    },
  });

/** The connector in a state. */
export const connectorAnswer = (state: string, message?: string): AwsAnswer =>
  json({
    connectorName: 'pinterest-dev-s3-sink-0a1b',
    connectorState: state,
    ...(message === undefined ? {} : { stateDescription: { code: 'Oops', message } }),
  });

/** An event source mapping. */
export const mapping = (changes: object = {}): AwsAnswer =>
  json({
    State: 'Enabled',
    LastProcessingResult: 'OK',
    EventSourceArn: 'arn:aws:kinesis:eu-west-1:123456789012:stream/streaming-pinterest-pin',
    ...changes,
  });

/** Answers that were made then. */
export const answersMade = (made: Date): AwsAnswer => ({
  headers: { 'last-modified': made.toUTCString() },
  body: '',
});
