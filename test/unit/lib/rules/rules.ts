/** Our own rules over plain templates, for what cdk-nag does not check. */
import type { TemplateResource } from '../synth';

/** A template as in a file. */
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
    ['LoggingInfo.BrokerLogs.CloudWatchLogs.LogGroup', isSet],
  ],
  'AWS::KafkaConnect::Connector': [
    ['KafkaClusterClientAuthentication.AuthenticationType', is('IAM')],
    ['KafkaClusterEncryptionInTransit.EncryptionType', is('TLS')],
    ['LogDelivery.WorkerLogDelivery.CloudWatchLogs.Enabled', is(true)],
    ['LogDelivery.WorkerLogDelivery.CloudWatchLogs.LogGroup', isSet],
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
    ['BucketEncryption.ServerSideEncryptionConfiguration.0.BucketKeyEnabled', is(true)],
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
  'AWS::EC2::FlowLog': [
    ['TrafficType', is('ALL')],
    ['LogGroupName', isSet],
  ],
  'AWS::EC2::Subnet': [['MapPublicIpOnLaunch', falseOrAbsent]],
  'AWS::EC2::LaunchTemplate': [['LaunchTemplateData.MetadataOptions.HttpTokens', is('required')]],
  'AWS::ElasticLoadBalancingV2::LoadBalancer': [['Scheme', is('internal')]],
  'AWS::ApiGateway::Stage': [
    ['AccessLogSetting.DestinationArn', isSet],
    ['MethodSettings.0.DataTraceEnabled', falseOrAbsent],
    ['MethodSettings.0.LoggingLevel', isSet],
    // Metrics of each method cost; alarms use those of the stage, which are free.
    ['MethodSettings.0.MetricsEnabled', is(false)],
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
  const amazons = JSON.stringify(Properties?.ManagedPolicyArns ?? []).includes('/AWSLambda')
    ? [`${id}: a policy of Amazon's, which may make log groups that are never deleted`]
    : [];
  const documents = [
    Properties?.PolicyDocument,
    ...((Properties?.Policies ?? []) as { PolicyDocument: unknown }[]).map((one) => one.PolicyDocument),
  ];
  const statements = documents.flatMap(
    (document) => (document as { Statement?: unknown[] } | undefined)?.Statement ?? [],
  );
  const complaints = statements.flatMap((statement) => {
    const actions = [at(statement, 'Action')].flat();
    const onKey = actions.some((action) => String(action).startsWith('kms:'));
    return [
      ...(actions.some((action) => String(action).includes('*')) ? [`${id}: an action with a wildcard`] : []),
      ...(actions.includes('logs:CreateLogGroup') ? [`${id}: makes log groups that are never deleted`] : []),
      // A key is used through the service that it protects, and in no other way.
      ...(onKey && !isSet(at(statement, 'Condition.StringEquals')) ? [`${id}: a key without a service`] : []),
      ...(onKey && !JSON.stringify(statement).includes('kms:ViaService')
        ? [`${id}: a key that is not bound to a service`]
        : []),
    ];
  });
  return [...amazons, ...complaints];
}

/** Disks are described, for an image's own would be as the image says, and encrypted. */
function diskComplaints(id: string, { Type, Properties }: TemplateResource): string[] {
  const launched = Type === 'AWS::EC2::Instance' ? Properties : at(Properties, 'LaunchTemplateData');
  const machine =
    Type === 'AWS::EC2::Instance' ||
    // The template of an instance that describes itself says no more than how its metadata are read.
    (Type === 'AWS::EC2::LaunchTemplate' && at(launched, 'InstanceType') !== undefined);
  if (!machine) return [];
  const disks = at(launched, 'BlockDeviceMappings');
  return Array.isArray(disks) && disks.length > 0 && disks.every((disk) => at(disk, 'Ebs.Encrypted') === true)
    ? []
    : [`${id}: a disk that is not encrypted`];
}

/** The key's own policy: the account rules by its policies; others may use the key only through a service or on behalf of the app. */
function keyPolicyComplaints(id: string, { Type, Properties }: TemplateResource): string[] {
  if (Type !== 'AWS::KMS::Key') return [];
  const statements = (at(Properties, 'KeyPolicy.Statement') ?? []) as unknown[];
  return statements.flatMap((statement, index) => {
    const actions = [at(statement, 'Action')].flat().map(String);
    const condition = at(statement, 'Condition.StringEquals');
    const account = JSON.stringify(at(statement, 'Principal.AWS') ?? '').includes(':root"');
    if (account && condition === undefined)
      return actions.join() === 'kms:*' ? [] : [`${id}: the account's statement is of ${actions.join()}`];
    const bound = JSON.stringify(condition ?? {});
    return [
      ...(actions.some((action) => !/^kms:[A-Z][A-Za-z]+\*?$/.test(action))
        ? [`${id}: statement ${index} lets do ${actions.join()}`]
        : []),
      ...(/"(kms:ViaService|aws:SourceAccount)":/.test(bound)
        ? []
        : [`${id}: statement ${index} is bound neither to a service nor to the account`]),
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
    ...keyPolicyComplaints(id, resource),
    ...diskComplaints(id, resource),
    ...ingressComplaints(id, resource),
  ]);
}
