/** The stages on Amazon's AWS as a whole: what holds over all their templates. */
import type { Stack } from 'aws-cdk-lib';
import type { Template } from 'aws-cdk-lib/assertions';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { addPipeline } from '../../../lib/pipeline';
import { STACK_PARTS } from '../../../lib/stack-names';
import { app, awsDeployment, pipeline, resources, resourcesOf, type TemplateResource } from './synth';

const STAGES = ['dev', 'prod'] as const;
const MADE = { dev: pipeline(awsDeployment('dev')), prod: pipeline(awsDeployment('prod')) };

/** What holds data, whose logical ids never change: another id is another, empty thing. */
const STATEFUL: Readonly<Record<string, readonly string[]>> = {
  'AWS::KMS::Key': ['Key961B73FD'],
  'AWS::EC2::VPC': ['NetworkMadeVpc4BF847EF'],
  'AWS::RDS::DBInstance': ['SourceInstance92429C9D'],
  'AWS::SecretsManager::Secret': ['SourceSecret15116B74'],
  'AWS::S3::Bucket': ['SinkBucketA4E8F266', 'TablesFailuresBucket8DEA031E'],
  'AWS::MSK::Cluster': ['KafkaCluster21A1BE89'],
  'Custom::KafkaTopics': ['Topics025BDD29'],
  'AWS::KafkaConnect::Connector': ['SinkConnectorD9C57EF5'],
  'AWS::Kinesis::Stream': ['Streamspin', 'Streamsgeo', 'Streamsuser'],
};
/** Those of them that the stage says what becomes of. */
const RETAINED = [
  'KMS::Key',
  'RDS::DBInstance',
  'SecretsManager::Secret',
  'S3::Bucket',
  'MSK::Cluster',
  'Kinesis::Stream',
];

describe.each(STAGES)('the stage %s', (stage) => {
  const { stacks, templates } = MADE[stage];
  const all = Object.values<Template>(templates);
  const ofType = (type: string): [string, TemplateResource][] => all.flatMap((one) => resourcesOf(one, type));

  test('has a stack for every part', () => {
    const names = Object.values(stacks).map((stack: Stack) => stack.stackName);
    expect(names.sort()).toEqual(STACK_PARTS.map((part) => `pinterest-${stage}-${part}`).sort());
  });

  test('has the outputs that the command line reads, each key once', () => {
    const keys = all
      .flatMap((one) => Object.keys(one.findOutputs('*')))
      .filter((key) => !key.startsWith('Exports'));
    expect(keys.sort()).toEqual([
      'AlarmTopicArn',
      'ApiUrl',
      'CareFunctionName',
      'CatalogDatabaseName',
      'DailyBatchArn',
      'EmulatorFunctionName',
      'KafkaClusterArn',
      'QueryWorkGroupName',
      'RedriveFunctionName',
      'SinkBucketName',
      'SinkConnectorName',
      'SourceSecretArn',
      'StreamFailuresBucketName',
    ]);
  });

  test.each(Object.entries(STATEFUL))('the logical ids of %s never change', (type, ids) => {
    const found = ofType(type).map(([id]) => id);
    expect(found.map((id) => ids.find((known) => id.startsWith(known)) ?? id).sort()).toEqual(
      [...ids].sort(),
    );
  });

  test.each(RETAINED)('%s goes or stays as the stage says', (type) => {
    const found = ofType(`AWS::${type}`);
    expect(found.length).toBeGreaterThan(0);
    const expected = stage === 'prod' ? 'Retain' : 'Delete';
    for (const [, resource] of found) {
      expect(resource).toMatchObject({ DeletionPolicy: expected, UpdateReplacePolicy: expected });
    }
  });

  test('stacks are protected from deletion in production only', () => {
    for (const stack of Object.values(stacks) as Stack[]) {
      expect(stack.terminationProtection).toBe(stage === 'prod');
    }
  });

  test('every log group is kept as long as the stage says, and goes with its stack', () => {
    for (const [, group] of ofType('AWS::Logs::LogGroup')) {
      expect(group.DeletionPolicy).toBe('Delete');
      expect(group.Properties?.RetentionInDays).toBe(stage === 'prod' ? 180 : 7);
    }
  });

  test('every function writes to a log group of this app', () => {
    const functions = ofType('AWS::Lambda::Function');
    expect(functions.length).toBeGreaterThan(5);
    for (const [, { Properties }] of functions) {
      expect(Properties?.LoggingConfig).toEqual({
        LogGroup: { Ref: expect.stringMatching(/Log/) as string },
      });
    }
  });

  test('nothing is let in from an address', () => {
    const rules = [
      ...ofType('AWS::EC2::SecurityGroupIngress').map(([, { Properties }]) => Properties),
      ...ofType('AWS::EC2::SecurityGroup').flatMap(
        ([, { Properties }]) => (Properties?.SecurityGroupIngress ?? []) as Record<string, unknown>[],
      ),
    ];
    expect(rules.length).toBeGreaterThan(3);
    for (const rule of rules) {
      expect(Object.keys(rule ?? {}).filter((key) => /^Cidr|PrefixList/.test(key))).toEqual([]);
      expect(rule).toHaveProperty('SourceSecurityGroupId');
    }
  });

  test('the buckets are encrypted by the key of the app', () => {
    for (const [, { Properties }] of ofType('AWS::S3::Bucket')) {
      expect(JSON.stringify(Properties?.BucketEncryption)).toMatch(
        /"Fn::ImportValue":"pinterest-\w+-key:.*"SSEAlgorithm":"aws:kms"/,
      );
      expect(JSON.stringify(Properties?.BucketEncryption)).toContain('"BucketKeyEnabled":true');
    }
  });

  test('the key is turned over every year', () => {
    expect(ofType('AWS::KMS::Key').map(([, { Properties }]) => Properties?.EnableKeyRotation)).toEqual([
      true,
    ]);
  });

  test('what has a private address is reached from within: these functions are in the network', () => {
    const placed = ofType('AWS::Lambda::Function')
      .filter(([, { Properties }]) => Properties?.VpcConfig !== undefined)
      .map(([id]) => id.replace(/[0-9A-F]{8}$/, ''));
    expect(placed.sort()).toEqual(['EmulatorFunction', 'SourceSeeder', 'TopicsHandler']);
  });

  test('the emulator sends to topics and streams, on schedules that run in development only', () => {
    const schedules = resourcesOf(templates.emulator, 'AWS::Scheduler::Schedule').map(
      ([, { Properties }]) => Properties,
    );
    expect(schedules.map((schedule) => schedule?.State)).toEqual(
      Array(2).fill(stage === 'dev' ? 'ENABLED' : 'DISABLED'),
    );
    const inputs = schedules.map((schedule) => (schedule?.Target as { Input?: string }).Input);
    expect(inputs.map((input) => input ?? '').sort()).toEqual(['', '{"destination":"streams"}']);
    const text = JSON.stringify(resourcesOf(templates.emulator, 'AWS::IAM::Policy'));
    for (const feed of ['pin', 'geo', 'user']) {
      expect(text).toContain(`/PUT/streams/streaming-pinterest-${feed}/record`);
      expect(text).toContain(`/POST/topics/pinterest.${feed}`);
    }
  });

  test('the API forwards to the proxy over the private link only', () => {
    const methods = resourcesOf(templates.api, 'AWS::ApiGateway::Method').map(
      ([, { Properties }]) => Properties?.Integration as Record<string, unknown>,
    );
    const forwarded = methods.filter(({ Type }) => Type === 'HTTP_PROXY');
    expect(forwarded).toHaveLength(4);
    for (const integration of forwarded) {
      expect(integration.ConnectionType).toBe('VPC_LINK');
      expect(JSON.stringify(integration.ConnectionId)).toContain('client-host');
    }
  });

  test('the API has a firewall in production only', () => {
    expect(ofType('AWS::WAFv2::WebACLAssociation')).toHaveLength(stage === 'prod' ? 1 : 0);
  });

  test('nothing is decided at deployment, and no secret is in clear', () => {
    for (const one of all) {
      expect(Object.keys(one.findParameters('*'))).toEqual(['BootstrapVersion']);
      expect(JSON.stringify(one.toJSON())).not.toMatch(
        /"SecretString"|"MasterUserPassword"|AKIA[0-9A-Z]{16}|PRIVATE KEY/,
      );
    }
  });

  test.each(Object.keys(templates) as (keyof typeof templates)[])('the resources of %s', (part) => {
    const types = Object.entries(resources(templates[part])).map(([id, { Type }]) => [
      // These ids have a hash of their content.
      ['AWS::ApiGateway::Deployment', 'AWS::IAM::Role'].includes(Type)
        ? id.replace(/[0-9a-f]{32}$/, '<hash>')
        : id,
      Type,
    ]);
    expect(Object.fromEntries(types)).toMatchSnapshot();
  });

  test('two synths are the same to the byte, and ask nobody anything', () => {
    const synthesise = (): Record<string, string> => {
      const outdir = mkdtempSync(join(tmpdir(), 'pipeline-aws-synth-'));
      try {
        const made = app({ outdir });
        addPipeline(made, awsDeployment(stage));
        made.synth();
        const files = readdirSync(outdir).filter((name) => /\.(template|assets)\.json$/.test(name));
        expect(files).toHaveLength(2 * STACK_PARTS.length);
        return Object.fromEntries(files.map((name) => [name, readFileSync(join(outdir, name), 'utf8')]));
      } finally {
        rmSync(outdir, { recursive: true });
      }
    };
    const connect = jest.spyOn(Socket.prototype, 'connect').mockImplementation(() => {
      throw new Error('A synth must not need a network.');
    });
    expect(synthesise()).toEqual(synthesise());
    expect(connect).not.toHaveBeenCalled();
    connect.mockRestore();
  }, 60_000);
});
