/** What becomes of a database and its snapshot, as CloudFormation reads the template with the stack's parameter. */
import { RemovalPolicy } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { Key } from 'aws-cdk-lib/aws-kms';
import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import { SourceDatabase } from '../../../../lib/source/source-database';
import { existingNetwork } from '../network';
import { emptyStack } from '../synth';

function templateOf(snapshot?: string): Template {
  const stack = emptyStack();
  new SourceDatabase(stack, 'Source', {
    settings: {
      ...{ kind: 'rds', instanceType: 't4g.micro', storageGiB: 20, multiAz: false, backupDays: 1 },
      ...{ database: 'pins', seedPosts: 10, snapshot },
    },
    seed: 100,
    network: existingNetwork(stack),
    encryptionKey: new Key(stack, 'Key'),
    removalPolicy: RemovalPolicy.DESTROY,
    databasePolicy: RemovalPolicy.SNAPSHOT,
    logRetention: RetentionDays.ONE_WEEK,
  });
  return Template.fromStack(stack);
}

interface Plain {
  readonly Parameters: {
    readonly SourceSnapshot: { readonly Default: string; readonly AllowedPattern: string };
  };
  readonly Conditions: Readonly<Record<string, unknown>>;
  readonly Resources: Readonly<
    Record<string, { readonly Type: string; readonly Properties: Record<string, unknown> }>
  >;
}

/** The server's properties with a value of the parameter, as CloudFormation resolves the template. */
function serverWith(template: Template, snapshot: string): Record<string, unknown> {
  const plain = template.toJSON() as Plain;
  const [, server] =
    Object.entries(plain.Resources).find(([, { Type }]) => Type === 'AWS::RDS::DBInstance') ?? [];
  const resolve = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(resolve);
    if (typeof value !== 'object' || value === null) return value;
    const node = value as Record<string, unknown>;
    if (node.Ref === 'SourceSnapshot') return snapshot;
    if (node.Ref === 'AWS::NoValue') return undefined;
    if ('Fn::Equals' in node) {
      const [left, right] = resolve(node['Fn::Equals']) as unknown[];
      return left === right;
    }
    if ('Fn::Not' in node) return !(resolve(node['Fn::Not']) as unknown[])[0];
    if ('Fn::If' in node) {
      const [name, then, otherwise] = node['Fn::If'] as [string, unknown, unknown];
      return resolve(resolve(plain.Conditions[name]) === true ? then : otherwise);
    }
    return Object.fromEntries(Object.entries(node).map(([key, one]) => [key, resolve(one)]));
  };
  return resolve(server?.Properties) as Record<string, unknown>;
}

const SNAPSHOT = 'pinterest-dev-source-snapshot-sourceinstance-0a1b';

test('without one the server is created, encrypted with the key of the app', () => {
  const server = serverWith(templateOf(), '');
  expect(server).toMatchObject({
    DBSnapshotIdentifier: undefined,
    DBName: 'pins',
    MasterUsername: 'administrator',
    EngineVersion: '8.4.8',
    StorageEncrypted: true,
  });
  expect(JSON.stringify(server.KmsKeyId)).toContain('"Key');
});

test('of one that is restored only what RDS takes then is given, and its password is managed all the same', () => {
  const server = serverWith(templateOf(), SNAPSHOT);
  expect(server.DBSnapshotIdentifier).toBe(SNAPSHOT);
  for (const name of ['DBName', 'MasterUsername', 'KmsKeyId', 'EngineVersion']) {
    expect([name, server[name]]).toEqual([name, undefined]);
  }
  expect(server).toMatchObject({
    ManageMasterUserPassword: true,
    StorageEncrypted: true,
    PubliclyAccessible: false,
  });
  expect(server.MasterUserSecret).toBeDefined();
  expect(server.DBParameterGroupName).toBeDefined();
});

test('the setting is but the default of a parameter that the stack remembers: all else is the same without it', () => {
  const [given, forgotten] = [templateOf(SNAPSHOT), templateOf()].map((one) => one.toJSON() as Plain);
  expect(given?.Parameters.SourceSnapshot.Default).toBe(SNAPSHOT);
  expect(forgotten?.Parameters.SourceSnapshot.Default).toBe('');
  expect({ ...given, Parameters: undefined }).toEqual({ ...forgotten, Parameters: undefined });
});

test('a server that is replaced all the same leaves a snapshot', () => {
  templateOf(SNAPSHOT).hasResource('AWS::RDS::DBInstance', {
    DeletionPolicy: 'Snapshot',
    UpdateReplacePolicy: 'Snapshot',
  });
});

test('the stack takes nothing else for a snapshot', () => {
  const { AllowedPattern } = (templateOf().toJSON() as Plain).Parameters.SourceSnapshot;
  // CloudFormation asks that the pattern match the whole value.
  const taken = (value: string): boolean => new RegExp(`^(?:${AllowedPattern})$`).test(value);
  const arn = 'arn:aws:rds:us-east-1:123456789012:snapshot:';
  expect(
    ['', SNAPSHOT, 'rds:mine-2026-01-31-03-00', `${arn}mine`, `${arn}rds:mine`].filter((one) => !taken(one)),
  ).toEqual([]);
  expect(['1a', 'a b', arn, 'arn:aws:rds:us-east-1:123456789012:db:mine'].filter(taken)).toEqual([]);
});
