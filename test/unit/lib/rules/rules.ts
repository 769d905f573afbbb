/** Our own rules over plain templates, for what cdk-nag is silent about. */
import type { TemplateResource } from '../synth';

/** A template as it stands in a file. */
export interface PlainTemplate {
  readonly Resources: Readonly<Record<string, TemplateResource>>;
}

/** A property by its path; undefined where it is not there. */
function at(from: unknown, path: string): unknown {
  return path
    .split('.')
    .reduce<unknown>(
      (value, key) =>
        typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[key] : undefined,
      from,
    );
}

/** For each type: a property, and what it must be. */
type Expectation = readonly [path: string, holds: (value: unknown) => boolean];

const is =
  (expected: unknown) =>
  (value: unknown): boolean =>
    value === expected;
const isSet = (value: unknown): boolean => value !== undefined && value !== '' && value !== false;
const falseOrAbsent = (value: unknown): boolean => value === undefined || value === false;
const days = (value: unknown): boolean => Number(value) >= 1 && Number(value) <= 365;

/** What properties must be. */
export const EXPECTED: Readonly<Record<string, readonly Expectation[]>> = {
  'AWS::MSK::Cluster': [
    ['ClientAuthentication.Sasl.Iam.Enabled', is(true)],
    ['ClientAuthentication.Unauthenticated.Enabled', is(false)],
    ['BrokerNodeGroupInfo.ConnectivityInfo.PublicAccess.Type', is('DISABLED')],
    ['EncryptionInfo.EncryptionAtRest.DataVolumeKMSKeyId', isSet],
    ['EncryptionInfo.EncryptionInTransit.ClientBroker', is('TLS')],
    ['EncryptionInfo.EncryptionInTransit.InCluster', is(true)],
    ['LoggingInfo.BrokerLogs.CloudWatchLogs.Enabled', is(true)],
  ],
  'AWS::KafkaConnect::Connector': [
    ['KafkaClusterClientAuthentication.AuthenticationType', is('IAM')],
    ['KafkaClusterEncryptionInTransit.EncryptionType', is('TLS')],
    ['LogDelivery.WorkerLogDelivery.CloudWatchLogs.Enabled', is(true)],
  ],
  'AWS::RDS::DBInstance': [
    ['StorageEncrypted', is(true)],
    ['KmsKeyId', isSet],
    ['PubliclyAccessible', is(false)],
    ['ManageMasterUserPassword', is(true)],
    ['MasterUserSecret.KmsKeyId', isSet],
    ['BackupRetentionPeriod', days],
  ],
  'AWS::RDS::DBParameterGroup': [['Parameters.require_secure_transport', is('1')]],
  'AWS::S3::Bucket': [
    ['PublicAccessBlockConfiguration.BlockPublicAcls', is(true)],
    ['PublicAccessBlockConfiguration.BlockPublicPolicy', is(true)],
    ['PublicAccessBlockConfiguration.IgnorePublicAcls', is(true)],
    ['PublicAccessBlockConfiguration.RestrictPublicBuckets', is(true)],
    ['BucketEncryption', (value) => JSON.stringify(value ?? '').includes('"KMSMasterKeyID"')],
    [
      'OwnershipControls.Rules',
      (value) => JSON.stringify(value) === '[{"ObjectOwnership":"BucketOwnerEnforced"}]',
    ],
  ],
  'AWS::S3::BucketPolicy': [
    [
      'PolicyDocument.Statement',
      (value) =>
        /"Condition":\{"Bool":\{"aws:SecureTransport":"false"\}\},"Effect":"Deny"/.test(
          JSON.stringify(value ?? ''),
        ),
    ],
  ],
  'AWS::Kinesis::Stream': [
    ['StreamEncryption.EncryptionType', is('KMS')],
    ['RetentionPeriodHours', (value) => Number(value) >= 24],
  ],
  'AWS::KMS::Key': [['EnableKeyRotation', is(true)]],
  'AWS::SecretsManager::Secret': [
    ['KmsKeyId', isSet],
    ['SecretString', is(undefined)],
    ['GenerateSecretString.SecretStringTemplate', isSet],
  ],
  'AWS::Lambda::EventSourceMapping': [
    ['DestinationConfig.OnFailure.Destination', isSet],
    ['BisectBatchOnFunctionError', is(true)],
    ['ParallelizationFactor', is(1)],
    ['MaximumRetryAttempts', (value) => Number(value) >= 1],
  ],
  'AWS::Lambda::Function': [['LoggingConfig.LogGroup', isSet]],
  'AWS::Logs::LogGroup': [['RetentionInDays', days]],
  'AWS::EC2::FlowLog': [['TrafficType', is('ALL')]],
  'AWS::EC2::Subnet': [['MapPublicIpOnLaunch', falseOrAbsent]],
  'AWS::EC2::LaunchTemplate': [['LaunchTemplateData.MetadataOptions.HttpTokens', is('required')]],
  'AWS::ElasticLoadBalancingV2::LoadBalancer': [['Scheme', is('internal')]],
  'AWS::ApiGateway::Stage': [
    ['AccessLogSetting.DestinationArn', isSet],
    ['MethodSettings.0.DataTraceEnabled', falseOrAbsent],
    [
      'AccessLogSetting.Format',
      (value) => isSet(value) && !/body|context\.authorizer/i.test(JSON.stringify(value)),
    ],
  ],
  'AWS::ApiGateway::Method': [['AuthorizationType', is('AWS_IAM')]],
};

/** Rules that look at parts of several types. */
function policyComplaints(id: string, { Type, Properties }: TemplateResource): string[] {
  if (!/^AWS::IAM::(Policy|Role|ManagedPolicy)$/.test(Type)) return [];
  const documents = [
    Properties?.PolicyDocument,
    ...((Properties?.Policies ?? []) as { PolicyDocument: unknown }[]).map((one) => one.PolicyDocument),
  ];
  const statements = documents.flatMap(
    (document) => (document as { Statement?: unknown[] } | undefined)?.Statement ?? [],
  );
  return statements.flatMap((statement) => {
    const actions = [at(statement, 'Action')].flat();
    const onKey = actions.some((action) => String(action).startsWith('kms:'));
    return [
      ...(actions.some((action) => String(action).includes('*')) ? [`${id}: an action with a wildcard`] : []),
      // A key is used through the service that it protects, and in no other way.
      ...(onKey && !isSet(at(statement, 'Condition.StringEquals')) ? [`${id}: a key without a service`] : []),
      ...(onKey && !JSON.stringify(statement).includes('kms:ViaService')
        ? [`${id}: a key that is not bound to a service`]
        : []),
    ];
  });
}

function ingressComplaints(id: string, { Type, Properties }: TemplateResource): string[] {
  const rules =
    Type === 'AWS::EC2::SecurityGroup'
      ? ((Properties?.SecurityGroupIngress ?? []) as object[])
      : Type === 'AWS::EC2::SecurityGroupIngress'
        ? [Properties ?? {}]
        : [];
  return rules.some((rule) => !('SourceSecurityGroupId' in rule) || 'CidrIp' in rule || 'CidrIpv6' in rule)
    ? [`${id}: lets an address in`]
    : [];
}

/** All that is wrong in a template, a sentence each. */
export function complaints({ Resources }: PlainTemplate): string[] {
  return Object.entries(Resources).flatMap(([id, resource]) => [
    ...(EXPECTED[resource.Type] ?? []).flatMap(([path, holds]) => {
      const value = at(resource.Properties, path);
      return holds(value) ? [] : [`${id} (${resource.Type}): ${path} is ${JSON.stringify(value)}`];
    }),
    ...policyComplaints(id, resource),
    ...ingressComplaints(id, resource),
  ]);
}
