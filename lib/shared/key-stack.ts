import { Stack, type StackProps } from 'aws-cdk-lib';
import { Key } from 'aws-cdk-lib/aws-kms';
import type { Construct } from 'constructs';
import { letSendAlarms } from '../monitoring/alarm-topic';
import type { Deployment } from '../stages';
import { dataPolicyOf } from './removal-policy';

/** The key that encrypts what the pipeline stores. Stateful: what it encrypted is lost without it. */
export class KeyStack extends Stack {
  readonly key: Key;

  constructor(scope: Construct, id: string, { userId, stage }: Deployment, props: StackProps) {
    super(scope, id, { description: 'Pinterest data pipeline: encryption key', ...props });
    this.key = new Key(this, 'Key', {
      description: `Data at rest of the pipeline ${userId}-${stage.name}`,
      enableKeyRotation: true,
      removalPolicy: dataPolicyOf(stage),
    });
    if (stage.operations.kind === 'watched') letSendAlarms(this.key, this.account);
  }
}
