import { RemovalPolicy } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { Key } from 'aws-cdk-lib/aws-kms';
import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { SourceDatabase } from '../../../../lib/source/source-database';
import type { RdsSource } from '../../../../lib/stages';
import { existingNetwork } from '../network';
import { emptyStack, resourcesOf, statementsOf, type TemplateResource } from '../synth';

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
const key = { 'Fn::GetAtt': [Match.stringLikeRegexp('^Key'), 'Arn'] };

test('the server has the size of the stage', () => {
  instance({ Engine: 'mysql', DBInstanceClass: 'db.t4g.micro', AllocatedStorage: '20' });
  instance({ DBName: unlessRestored('pins'), EngineVersion: unlessRestored('8.4.8') });
  instance({ MultiAZ: false, BackupRetentionPeriod: 1 });
  instance({ MultiAZ: true, BackupRetentionPeriod: 14 }, database({ multiAz: true, backupDays: 14 }));
});

test('it is private', () => {
  instance({ PubliclyAccessible: false });
  template.hasResourceProperties('AWS::RDS::DBSubnetGroup', {
    SubnetIds: ['subnet-0a000001', 'subnet-0a000002'],
  });
});

test('it is encrypted by the key of the app', () => {
  instance({ StorageEncrypted: true, KmsKeyId: unlessRestored(key) });
});

test('it refuses connections without TLS', () => {
  const [[group]] = resourcesOf(template, 'AWS::RDS::DBParameterGroup') as [[string, unknown]];
  template.hasResourceProperties('AWS::RDS::DBParameterGroup', {
    Family: 'mysql8.4',
    Parameters: { require_secure_transport: '1' },
  });
  instance({ DBParameterGroupName: { Ref: group } });
});

test('RDS makes and rotates the password of the administrator, encrypted by the same key', () => {
  instance({
    ManageMasterUserPassword: true,
    MasterUserSecret: { KmsKeyId: key },
    MasterUsername: unlessRestored('administrator'),
    MasterUserPassword: Match.absent(),
  });
});

test('only members of the group of clients reach it, on its port', () => {
  template.resourceCountIs('AWS::EC2::SecurityGroupIngress', 1);
  template.hasResourceProperties('AWS::EC2::SecurityGroupIngress', {
    FromPort: 3306,
    ToPort: 3306,
    IpProtocol: 'tcp',
    GroupId: { 'Fn::GetAtt': [Match.stringLikeRegexp('^SourceGroup'), 'GroupId'] },
    SourceSecurityGroupId: { 'Fn::GetAtt': [Match.stringLikeRegexp('^SourceClients'), 'GroupId'] },
  });
  for (const [, { Properties }] of resourcesOf(template, 'AWS::EC2::SecurityGroup')) {
    expect(Properties).not.toHaveProperty('SecurityGroupIngress');
  }
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

test('the reader has a secret of its own, as RDS writes it', () => {
  template.resourceCountIs('AWS::SecretsManager::Secret', 1);
  template.hasResourceProperties('AWS::SecretsManager::Secret', {
    KmsKeyId: key,
    GenerateSecretString: {
      SecretStringTemplate: {
        'Fn::Join': [
          '',
          [
            '{"username":"emulator","host":"',
            { 'Fn::GetAtt': [Match.stringLikeRegexp('^SourceInstance'), 'Endpoint.Address'] },
            '","port":3306,"dbname":"pins"}',
          ],
        ],
      },
      GenerateStringKey: 'password',
    },
  });
});

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

test('the seeder gets everything but the passwords, and may read both secrets', () => {
  template.hasResourceProperties('Custom::SourceData', {
    AdministratorSecretArn: {
      'Fn::GetAtt': [Match.stringLikeRegexp('^SourceInstance'), 'MasterUserSecret.SecretArn'],
    },
    ReaderSecretArn: { Ref: Match.stringLikeRegexp('^SourceSecret') },
    Host: { 'Fn::GetAtt': [Match.stringLikeRegexp('^SourceInstance'), 'Endpoint.Address'] },
    Port: 3306,
    Database: 'pins',
    Posts: 11_000,
    Seed: 100,
    Snapshot: { Ref: 'SourceSnapshot' },
    ServiceTimeout: '900',
  });
  const text = JSON.stringify(statementsOf(template, 'SourceSeeder'));
  expect(text).toContain('MasterUserSecret.SecretArn');
  expect(text).toContain('"Ref":"SourceSecret');
});

test('the seeder runs in the network, where the server and the way out let it in', () => {
  template.hasResourceProperties('AWS::Lambda::Function', {
    Timeout: 840,
    VpcConfig: {
      SubnetIds: ['subnet-0a000001', 'subnet-0a000002'],
      SecurityGroupIds: [
        { 'Fn::GetAtt': [Match.stringLikeRegexp('^NetworkMembers'), 'GroupId'] },
        { 'Fn::GetAtt': [Match.stringLikeRegexp('^SourceClients'), 'GroupId'] },
      ],
    },
  });
});

test('it seeds once the server is there and lets it in', () => {
  const [[, content]] = resourcesOf(template, 'Custom::SourceData') as [[string, TemplateResource]];
  const [[rule]] = resourcesOf(template, 'AWS::EC2::SecurityGroupIngress') as [[string, TemplateResource]];
  expect(content.DependsOn).toContain(rule);
});
