import { RemovalPolicy } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { SourceAccess } from '../../../../lib/source/source-access';
import type { ExternalSource } from '../../../../lib/stages';
import { emptyStack, resourcesOf, statementsOf, type TemplateResource } from '../synth';

const SOURCE: ExternalSource = {
  kind: 'external',
  host: '127.0.0.1',
  port: 13306,
  database: 'pinterest',
  credentials: { kind: 'generated' },
};

function sourceAccess(removalPolicy = RemovalPolicy.DESTROY): {
  access: SourceAccess;
  template: () => Template;
} {
  const stack = emptyStack();
  const access = new SourceAccess(stack, 'Source', { source: SOURCE, removalPolicy });
  return { access, template: () => Template.fromStack(stack) };
}

test('the secret is JSON as RDS writes it, with a generated password that needs no quoting', () => {
  const [[, secret]] = resourcesOf(sourceAccess().template(), 'AWS::SecretsManager::Secret') as [
    [string, TemplateResource],
  ];
  const generate = secret.Properties?.GenerateSecretString as Record<string, unknown>;
  expect(JSON.parse(String(generate.SecretStringTemplate))).toEqual({
    username: 'emulator',
    host: '127.0.0.1',
    port: 13306,
    dbname: 'pinterest',
  });
  expect(generate).toMatchObject({ GenerateStringKey: 'password', PasswordLength: 32, IncludeSpace: false });
  const excluded = String(generate.ExcludeCharacters);
  const printable = Array.from({ length: 94 }, (_, index) => String.fromCharCode(33 + index));
  expect(printable.filter((character) => !excluded.includes(character)).join('')).toMatch(
    /^[A-Za-z0-9]{62}$/,
  );
  // Secrets Manager makes no password where a type that it has to have one of has no character left.
  expect(generate).toMatchObject({ ExcludePunctuation: true });
  expect(secret.Properties).not.toHaveProperty('SecretString');
});

test('the grantee may read this secret and nothing else', () => {
  const stack = emptyStack();
  const access = new SourceAccess(stack, 'Source', {
    source: SOURCE,
    removalPolicy: RemovalPolicy.DESTROY,
  });
  access.grantRead(new Role(stack, 'Reader', { assumedBy: new ServicePrincipal('lambda.amazonaws.com') }));
  expect(statementsOf(Template.fromStack(stack), 'Reader')).toEqual([
    {
      Effect: 'Allow',
      Action: ['secretsmanager:DescribeSecret', 'secretsmanager:GetSecretValue'],
      Resource: { Ref: expect.stringMatching(/^SourceSecret/) as string },
    },
  ]);
});

test('the ARN is read by attribute, because a local AWS answers a reference with the name', () => {
  const { access } = sourceAccess();
  expect(access.secretArn).toMatch(/^\$\{Token/);
  const stack = emptyStack();
  const other = new SourceAccess(stack, 'Source', {
    source: SOURCE,
    removalPolicy: RemovalPolicy.DESTROY,
  });
  expect(stack.resolve(other.secretArn)).toEqual({
    'Fn::GetAtt': [expect.stringMatching(/^SourceSecret/), 'Id'],
  });
});

test('a secret that is there is read with the key that encrypts it, and none is made', () => {
  const secretArn = 'arn:aws:secretsmanager:eu-west-1:123456789012:secret:mine-AbCdEf';
  const keyArn = 'arn:aws:kms:eu-west-1:123456789012:key/0a1b2c3d-0000-0000-0000-000000000000';
  const stack = emptyStack();
  const access = new SourceAccess(stack, 'Source', {
    source: { ...SOURCE, credentials: { kind: 'existing', secretArn, keyArn } },
    removalPolicy: RemovalPolicy.DESTROY,
  });
  expect(access.secretArn).toBe(secretArn);
  access.grantRead(new Role(stack, 'Reader', { assumedBy: new ServicePrincipal('lambda.amazonaws.com') }));
  const template = Template.fromStack(stack);
  template.resourceCountIs('AWS::SecretsManager::Secret', 0);
  // CloudFormation refuses a stack without any resource.
  template.resourceCountIs('AWS::CloudFormation::WaitConditionHandle', 1);
  expect(statementsOf(template, 'Reader')).toEqual([
    expect.objectContaining({ Resource: secretArn }),
    expect.objectContaining({ Action: 'kms:Decrypt', Resource: keyArn }),
  ]);
});
