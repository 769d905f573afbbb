import { Stack } from 'aws-cdk-lib';
import { PolicyStatement, type IGrantable } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';

/** What a user of encrypted objects may do with their key. */
const ACTIONS = { read: ['kms:Decrypt'], write: ['kms:Decrypt', 'kms:GenerateDataKey'] } as const;

/**
 * Lets the grantee use a key for objects in S3, and for nothing else. The library's grant would write grantees into the
 * key's policy where they are in another stack.
 */
export function grantObjectKey({ grantPrincipal }: IGrantable, key: IKey, use: keyof typeof ACTIONS): void {
  const { region, urlSuffix } = Stack.of(key);
  grantPrincipal.addToPrincipalPolicy(
    new PolicyStatement({
      actions: [...ACTIONS[use]],
      resources: [key.keyArn],
      conditions: { StringEquals: { 'kms:ViaService': `s3.${region}.${urlSuffix}` } },
    }),
  );
}
