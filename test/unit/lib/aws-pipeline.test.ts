/** The stages on Amazon's AWS as a whole: what holds over all their templates. */
import type { Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { addParkedPipeline } from '../../../lib/parked-pipeline';
import { addPipeline } from '../../../lib/pipeline';
import { STACK_PARTS } from '../../../lib/stack-names';
import {
  app,
  awsDeployment,
  deployment,
  pipeline,
  resources,
  resourcesOf,
  type TemplateResource,
} from './synth';

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
  'AWS::Kinesis::Stream': ['StreamspinDDBEC5D2', 'Streamsgeo916E119F', 'Streamsuser0847AFE5'],
};
/** What becomes of them when their stack is deleted, in `dev`, in `dev` with `destroyData`, and in `prod`. */
const REMOVED: readonly (readonly [type: string, dev: string, destroyed: string, prod: string])[] = [
  ['KMS::Key', 'Retain', 'Delete', 'Retain'],
  ['RDS::DBInstance', 'Snapshot', 'Delete', 'Retain'],
  ['S3::Bucket', 'Retain', 'Delete', 'Retain'],
  ['SecretsManager::Secret', 'Delete', 'Delete', 'Retain'],
  ['MSK::Cluster', 'Delete', 'Delete', 'Retain'],
  ['Kinesis::Stream', 'Delete', 'Delete', 'Retain'],
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
      ...(stage === 'prod' ? ['ApiKeyId'] : []),
      'ApiUrl',
      'CareFunctionName',
      'CatalogDatabaseName',
      'DailyBatchArn',
      'DeadLettersFunctionName',
      'EmulatorFunctionName',
      'KafkaClusterArn',
      'QueryWorkGroupName',
      'ReconcileFunctionName',
      'RedriveFunctionName',
      'ReplayFunctionName',
      'SinkBucketName',
      'SinkConnectorName',
      'SourceSecretArn',
      'StreamFailuresBucketName',
    ]);
  });

  test.each(Object.entries(STATEFUL))('the logical ids of %s never change', (type, ids) => {
    expect(
      ofType(type)
        .map(([id]) => id)
        .sort(),
    ).toEqual([...ids].sort());
  });

  test.each(REMOVED)('%s goes or stays as the stage says', (type, dev, _, prod) => {
    const found = ofType(`AWS::${type}`);
    expect(found.length).toBeGreaterThan(0);
    const expected = stage === 'prod' ? prod : dev;
    for (const [, resource] of found) {
      expect(resource).toMatchObject({ DeletionPolicy: expected, UpdateReplacePolicy: expected });
    }
  });

  test('nothing else is left behind, and no bucket is emptied', () => {
    const left = all.flatMap((one) =>
      Object.values(resources(one))
        .filter(({ DeletionPolicy = 'Delete' }) => DeletionPolicy !== 'Delete')
        .map(({ Type }) => Type.replace('AWS::', '')),
    );
    const expected = REMOVED.filter(([, dev, , prod]) => (stage === 'prod' ? prod : dev) !== 'Delete');
    expect([...new Set(left)].sort()).toEqual(expected.map(([type]) => type).sort());
    expect(ofType('Custom::S3AutoDeleteObjects')).toEqual([]);
  });

  test('stacks are protected from deletion in production only', () => {
    for (const stack of Object.values(stacks) as Stack[]) {
      expect(stack.terminationProtection).toBe(stage === 'prod');
    }
  });

  test('nothing is decided at deployment but what a database was restored from, and no secret is in clear', () => {
    for (const [part, one] of Object.entries<Template>(templates)) {
      expect(Object.keys(one.findParameters('*')).sort()).toEqual([
        'BootstrapVersion',
        ...(part === 'source' ? ['SourceSnapshot'] : []),
      ]);
      expect(JSON.stringify(one.toJSON())).not.toMatch(
        /"SecretString"|"MasterUserPassword"|AKIA[0-9A-Z]{16}|PRIVATE KEY/,
      );
    }
  });

  test('two synths are equal byte for byte, and make no lookups', () => {
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
  });
});

describe('with destroyData', () => {
  const all = Object.values<Template>(pipeline(awsDeployment('dev', { destroyData: 'true' })).templates);
  const ofType = (type: string): [string, TemplateResource][] => all.flatMap((one) => resourcesOf(one, type));

  test.each(REMOVED)('%s goes', (type, _, destroyed) => {
    for (const [, resource] of ofType(`AWS::${type}`)) {
      expect(resource).toMatchObject({ DeletionPolicy: destroyed, UpdateReplacePolicy: destroyed });
    }
  });

  test('nothing is left: every resource goes with its stack, buckets are emptied, logs are the app’s', () => {
    const left = all.flatMap((one) =>
      Object.entries(resources(one)).filter(
        ([, { DeletionPolicy = 'Delete' }]) => DeletionPolicy !== 'Delete',
      ),
    );
    expect(left).toEqual([]);
    expect(ofType('Custom::S3AutoDeleteObjects')).toHaveLength(ofType('AWS::S3::Bucket').length);
    for (const [, { Properties }] of ofType('AWS::Lambda::Function')) {
      expect(Properties?.LoggingConfig).toHaveProperty('LogGroup');
    }
    for (const [, group] of ofType('AWS::Logs::LogGroup')) expect(group.DeletionPolicy).toBe('Delete');
  });

  test('production keeps its data all the same', () => {
    expect(() => awsDeployment('prod', { destroyData: 'true' })).toThrow(
      /"destroyData" is "true", but the stage prod keeps its data/,
    );
  });

  test('the local stage empties nothing', () => {
    const { templates } = pipeline(deployment({ destroyData: 'true' }));
    for (const one of Object.values<Template>(templates)) {
      expect(resourcesOf(one, 'Custom::S3AutoDeleteObjects')).toEqual([]);
    }
  });
});

describe('parked', () => {
  const parked = addParkedPipeline(app(), awsDeployment('dev', { parked: 'true' }));
  const kept = Object.entries(parked).map(([part, stack]: [string, Stack]): [string, Template] => [
    part,
    Template.fromStack(stack),
  ]);

  test('what holds data is the very same, and nothing of it is new', () => {
    expect(kept.map(([part]) => part).sort()).toEqual(['batch', 'key', 'storage', 'stream'].sort());
    for (const [part, template] of kept) {
      const whole = resources(MADE.dev.templates[part as keyof typeof MADE.dev.templates]);
      for (const [id, resource] of Object.entries(resources(template))) {
        // The key's policy names the services that use it, of which fewer are there.
        const mask = (one: TemplateResource | undefined): unknown => ({
          ...one,
          Properties: { ...one?.Properties, KeyPolicy: undefined },
        });
        expect([id, mask(resource)]).toEqual([id, mask(whole[id])]);
      }
    }
  });

  test('buckets, key, tables and answers are there; what costs while idle is not', () => {
    const types = new Set(
      kept.flatMap(([, template]) => Object.values(resources(template)).map(({ Type }) => Type)),
    );
    for (const type of ['S3::Bucket', 'KMS::Key', 'Glue::Table', 'Athena::NamedQuery']) {
      expect(types).toContain(`AWS::${type}`);
    }
    for (const type of types) {
      expect(type).not.toMatch(/::(MSK|KafkaConnect|RDS|Kinesis|ElasticLoadBalancing|EC2|AutoScaling)/);
    }
  });

  test('production is not parked', () => {
    expect(() => awsDeployment('prod', { parked: 'true' })).toThrow(/protected from deletion/);
  });
});

test('nothing can write to a topic before its offsets are restored: the client host is deployed after the topics', () => {
  const { clientHost, kafka } = MADE.dev.stacks;
  expect(clientHost?.dependencies).toContain(kafka);
});
