import { RemovalPolicy } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { SinkBucket } from '../../../../lib/sink/sink-bucket';
import { emptyStack, statementsOf } from '../synth';

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
