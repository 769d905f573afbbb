import { RemovalPolicy } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { SinkBucket } from '../../../../lib/sink/sink-bucket';
import { emptyStack, statementsOf } from '../synth';

function sinkBucket(removalPolicy = RemovalPolicy.DESTROY): Template {
  const stack = emptyStack();
  new SinkBucket(stack, 'Sink', { removalPolicy });
  return Template.fromStack(stack);
}

test('nothing in the bucket can be made public', () => {
  sinkBucket().hasResourceProperties('AWS::S3::Bucket', {
    PublicAccessBlockConfiguration: {
      BlockPublicAcls: true,
      BlockPublicPolicy: true,
      IgnorePublicAcls: true,
      RestrictPublicBuckets: true,
    },
    OwnershipControls: { Rules: [{ ObjectOwnership: 'BucketOwnerEnforced' }] },
  });
});

test('objects are encrypted', () => {
  sinkBucket().hasResourceProperties('AWS::S3::Bucket', {
    BucketEncryption: {
      ServerSideEncryptionConfiguration: [{ ServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' } }],
    },
  });
});

test('requests without TLS are denied, on the bucket and on every object', () => {
  const bucket = { 'Fn::GetAtt': [Match.stringLikeRegexp('^SinkBucket'), 'Arn'] };
  sinkBucket().hasResourceProperties('AWS::S3::BucketPolicy', {
    PolicyDocument: {
      Statement: [
        {
          Effect: 'Deny',
          Principal: { AWS: '*' },
          Action: 's3:*',
          Condition: { Bool: { 'aws:SecureTransport': 'false' } },
          Resource: [bucket, { 'Fn::Join': ['', [bucket, '/*']] }],
        },
      ],
    },
  });
});

test('parts of broken uploads are removed after a day, and nothing else ever', () => {
  sinkBucket().hasResourceProperties('AWS::S3::Bucket', {
    LifecycleConfiguration: {
      Rules: [
        {
          Id: 'incomplete-uploads',
          Status: 'Enabled',
          AbortIncompleteMultipartUpload: { DaysAfterInitiation: 1 },
          ExpirationInDays: Match.absent(),
        },
      ],
    },
  });
});

test('the bucket goes or stays as the stage says', () => {
  for (const [policy, expected] of [
    [RemovalPolicy.DESTROY, 'Delete'],
    [RemovalPolicy.RETAIN, 'Retain'],
  ] as const) {
    sinkBucket(policy).hasResource('AWS::S3::Bucket', {
      DeletionPolicy: expected,
      UpdateReplacePolicy: expected,
    });
  }
});

test("the ledger's grantee reaches sent/ only", () => {
  const stack = emptyStack();
  const role = new Role(stack, 'Writer', { assumedBy: new ServicePrincipal('lambda.amazonaws.com') });
  new SinkBucket(stack, 'Sink', { removalPolicy: RemovalPolicy.DESTROY }).grantLedger(role);
  const bucket = { 'Fn::GetAtt': [expect.stringMatching(/^SinkBucket/) as string, 'Arn'] };
  expect(statementsOf(Template.fromStack(stack), 'Writer')).toEqual([
    {
      Effect: 'Allow',
      Action: ['s3:GetObject', 's3:PutObject'],
      Resource: { 'Fn::Join': ['', [bucket, '/sent/*']] },
    },
    {
      Effect: 'Allow',
      Action: 's3:ListBucket',
      Resource: bucket,
      Condition: { StringLike: { 's3:prefix': ['sent/*'] } },
    },
  ]);
});
