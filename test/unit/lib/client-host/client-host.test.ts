import { Match, Template } from 'aws-cdk-lib/assertions';
import { SecurityGroup, Vpc } from 'aws-cdk-lib/aws-ec2';
import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ClientHost } from '../../../../lib/client-host/client-host';
import type { KafkaAccess } from '../../../../lib/kafka/kafka-access';
import type { ClientHost as Settings } from '../../../../lib/stages';
import { emptyStack, resourcesOf, statementsOf, type TemplateResource } from '../synth';

const PACKAGE = join(__dirname, '../fixtures/client-host');

interface Grants {
  readonly produce: (readonly string[])[];
  readonly consume: (readonly string[])[];
  readonly describe: (readonly string[])[];
}

/** A host in an existing VPC, and what it asked of Kafka. */
function clientHost(settings: Partial<Settings> = {}): { template: Template; grants: Grants } {
  const stack = emptyStack();
  const vpc = Vpc.fromVpcAttributes(stack, 'Vpc', {
    vpcId: 'vpc-1',
    availabilityZones: ['eu-west-1a', 'eu-west-1b'],
    isolatedSubnetIds: ['subnet-1', 'subnet-2'],
    isolatedSubnetRouteTableIds: ['rtb-1', 'rtb-2'],
  });
  const grants: Grants = { produce: [], consume: [], describe: [] };
  const kafka: KafkaAccess = {
    bootstrapServers: 'b-1.example:9098,b-2.example:9098',
    auth: 'iam',
    clientSecurityGroup: undefined,
    grantProduce: (_, topics) => grants.produce.push(topics),
    grantConsume: (_, topics, groups) => grants.consume.push(topics, groups),
    grantDescribe: (_, topics, groups) => grants.describe.push(topics, groups),
    grantManage: () => {
      throw new Error('The host manages nothing.');
    },
    grantAdvance: () => {
      throw new Error('The host restores no offsets.');
    },
  };
  new ClientHost(stack, 'Host', {
    userId: 'pinterest',
    settings: {
      kind: 'client-host',
      port: 8082,
      instanceType: 't4g.micro',
      diskGiB: 8,
      package: PACKAGE,
      ...settings,
    },
    vpc,
    subnets: vpc.isolatedSubnets,
    securityGroups: [SecurityGroup.fromSecurityGroupId(stack, 'Members', 'sg-members')],
    kafka,
    sinkGroup: 'connect-pinterest-dev-s3-sink',
    metricsNamespace: 'pinterest-dev/client-host',
    logRetention: RetentionDays.ONE_WEEK,
  });
  return { template: Template.fromStack(stack), grants };
}

/** The one resource of a type. */
function only(template: Template, type: string): TemplateResource {
  const found = resourcesOf(template, type);
  if (found.length !== 1 || found[0] === undefined) throw new Error(`There are ${found.length} ${type}.`);
  return found[0][1];
}

const launch = (template: Template, data: object): void => {
  template.hasResourceProperties('AWS::EC2::LaunchTemplate', { LaunchTemplateData: Match.objectLike(data) });
};

test('the disk has the size of the stage', () => {
  launch(clientHost({ diskGiB: 16 }).template, { BlockDeviceMappings: [{ Ebs: { VolumeSize: 16 } }] });
});

test.each([
  ['CidrIp', '203.0.113.7/32'],
  ['CidrIpv6', '2001:db8::/48'],
])('port 22 opens to the %s %s, and to nothing else', (range, sshFrom) => {
  const port = { IpProtocol: 'tcp', FromPort: 22, ToPort: 22, Description: Match.anyValue() };
  clientHost({ sshFrom }).template.hasResourceProperties('AWS::EC2::SecurityGroup', {
    SecurityGroupIngress: [{ [range]: sshFrom, ...port }],
  });
});

test.each(['0.0.0.0/0', '::/0'])('port 22 is never open to %s', (sshFrom) => {
  expect(() => clientHost({ sshFrom })).toThrow(/SSH to the client host cannot be opened to .* too large/);
});

test('the role may fetch its package, write its log and its metrics, and be reached by Session Manager', () => {
  const { template } = clientHost();
  const statements = statementsOf(template, 'HostRole');
  const allowed = statements.map(({ Action, Resource, Condition }) => ({ Action, Resource, Condition }));
  expect(allowed).toEqual([
    {
      Action: 's3:GetObject',
      Resource: {
        'Fn::Join': [
          '',
          ['arn:aws:s3:::', expect.anything(), expect.stringMatching(/^\/[0-9a-f]{64}\.tar$/)],
        ],
      },
    },
    {
      Action: ['logs:CreateLogStream', 'logs:DescribeLogStreams', 'logs:PutLogEvents'],
      Resource: { 'Fn::GetAtt': [expect.stringMatching(/^HostLog/), 'Arn'] },
    },
    {
      Action: 'cloudwatch:PutMetricData',
      Resource: '*',
      Condition: { StringEquals: { 'cloudwatch:namespace': 'pinterest-dev/client-host' } },
    },
    {
      Action: [
        'ssm:UpdateInstanceInformation',
        'ssmmessages:CreateControlChannel',
        'ssmmessages:CreateDataChannel',
        'ssmmessages:OpenControlChannel',
        'ssmmessages:OpenDataChannel',
      ],
      Resource: '*',
    },
  ]);
  template.hasResourceProperties('AWS::IAM::Role', { ManagedPolicyArns: Match.absent() });
});

test('in Kafka it writes the feeds, and reads them and the dead-letter topic as a console consumer', () => {
  const feeds = ['pinterest.pin', 'pinterest.geo', 'pinterest.user'];
  const { grants } = clientHost();
  expect(grants.produce).toEqual([feeds]);
  expect(grants.consume).toEqual([[...feeds, 'pinterest.dead-letters'], ['console-consumer-*']]);
});

test('it sees the topics with their configuration, and the lag of the sink', () => {
  expect(clientHost().grants.describe).toEqual([
    ['pinterest.pin', 'pinterest.geo', 'pinterest.user', 'pinterest.dead-letters'],
    ['connect-pinterest-dev-s3-sink'],
  ]);
});

test('the user data is the boot script behind its settings, and fits', () => {
  const template = only(clientHost().template, 'AWS::EC2::LaunchTemplate');
  const { UserData } = template.Properties?.LaunchTemplateData as { UserData: unknown };
  const [, parts] = (UserData as { 'Fn::Base64': { 'Fn::Join': [string, unknown[]] } })['Fn::Base64'][
    'Fn::Join'
  ];
  const text = parts.map((part) => (typeof part === 'string' ? part : JSON.stringify(part))).join('');
  const script = readFileSync(join(__dirname, '../../../../lib/client-host/assets/boot.sh'), 'utf8');
  const sha256 = createHash('sha256')
    .update(readFileSync(join(PACKAGE, 'SHA256SUMS')))
    .digest('hex');
  expect(text.startsWith("#!/usr/bin/env bash\nexport PACKAGE_URL='")).toBe(true);
  expect(text.endsWith(script.slice(script.indexOf('\n') + 1))).toBe(true);
  expect(text).toContain(`export PACKAGE_SHA256='${sha256}'\n`);
  expect(text).toContain(
    "export KAFKA_BOOTSTRAP_SERVERS='b-1.example:9098,b-2.example:9098'\nexport KAFKA_AUTH='iam'\n",
  );
  expect(text).toContain(
    "export REST_PROXY_PORT='8082'\nexport REST_PROXY_TOPICS='pinterest.*'\nexport AWS_REGION='eu-west-1'\n",
  );
  expect(text.length).toBeLessThan(16_000);
});

test('a missing package is reported', () => {
  const folder = mkdtempSync(join(tmpdir(), 'client-host-test-'));
  try {
    expect(() => clientHost({ package: folder })).toThrow(
      /client-host\.tar does not exist: .*npm run package/,
    );
  } finally {
    rmSync(folder, { recursive: true });
  }
});
