import { RemovalPolicy } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { Key } from 'aws-cdk-lib/aws-kms';
import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { SourceDatabase } from '../../../../lib/source/source-database';
import type { RdsSource } from '../../../../lib/stages';
import { existingNetwork } from '../network';
import { emptyStack, statementsOf } from '../synth';

const SETTINGS: RdsSource = {
  kind: 'rds',
  instanceType: 't4g.micro',
  storageGiB: 20,
  multiAz: false,
  backupDays: 1,
  database: 'pins',
  seedPosts: 11_000,
};

function database(settings: Partial<RdsSource> = {}, removalPolicy = RemovalPolicy.DESTROY): Template {
  const stack = emptyStack();
  const network = existingNetwork(stack);
  const source = new SourceDatabase(stack, 'Source', {
    settings: { ...SETTINGS, ...settings },
    seed: 100,
    network,
    encryptionKey: new Key(stack, 'Key'),
    removalPolicy,
    logRetention: RetentionDays.ONE_WEEK,
  });
  source.grantRead(new Role(stack, 'Reader', { assumedBy: new ServicePrincipal('lambda.amazonaws.com') }));
  return Template.fromStack(stack);
}
const template = database();
const instance = (properties: object, of = template): void => {
  of.hasResourceProperties('AWS::RDS::DBInstance', properties);
};
const [condition] = Object.keys(template.toJSON().Conditions as object);
/** What a property is of a server that is not restored; of one that is, it is not given. */
const unlessRestored = (value: unknown): object => ({
  'Fn::If': [condition, { Ref: 'AWS::NoValue' }, value],
});

test('the server has the size of the stage', () => {
  instance({ Engine: 'mysql', DBInstanceClass: 'db.t4g.micro', AllocatedStorage: '20' });
  instance({ DBName: unlessRestored('pins'), EngineVersion: unlessRestored('8.4.8') });
  instance({ MultiAZ: false, BackupRetentionPeriod: 1 });
  instance({ MultiAZ: true, BackupRetentionPeriod: 14 }, database({ multiAz: true, backupDays: 14 }));
});

test.each([
  [RemovalPolicy.DESTROY, 'Delete', false],
  [RemovalPolicy.RETAIN, 'Retain', true],
] as const)(
  'database and secret go or stay as the stage says (%s)',
  (policy, expected, protectedFromDeletion) => {
    const made = database({}, policy);
    for (const type of ['AWS::RDS::DBInstance', 'AWS::SecretsManager::Secret']) {
      made.hasResource(type, { DeletionPolicy: expected, UpdateReplacePolicy: expected });
    }
    instance(
      { DeletionProtection: protectedFromDeletion, DeleteAutomatedBackups: !protectedFromDeletion },
      made,
    );
  },
);

test("a reader may read that secret, and not the administrator's", () => {
  const text = JSON.stringify(statementsOf(template, 'Reader'));
  expect(text).toContain('"Ref":"SourceSecret');
  expect(text).not.toContain('MasterUserSecret');
  expect(statementsOf(template, 'Reader').flatMap(({ Action }) => Action)).toEqual([
    'secretsmanager:DescribeSecret',
    'secretsmanager:GetSecretValue',
    'kms:Decrypt',
  ]);
  expect(text).toContain('"kms:ViaService":');
});
