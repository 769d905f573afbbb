import { CfnOutput, Stack, type StackProps } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { SourceAccess } from '../constructs/source-access';
import type { Deployment } from '../stages';
import { brought } from './brought';
import { removalPolicyOf } from './removal-policy';

/** Access to the source database. Stateful: deleting it loses the password. */
export class SourceStack extends Stack {
  readonly access: SourceAccess;

  constructor(scope: Construct, id: string, { stage }: Deployment, props: StackProps) {
    super(scope, id, { description: 'Pinterest data pipeline: access to the source database', ...props });
    this.access = new SourceAccess(this, 'Source', {
      source: brought(stage.source),
      removalPolicy: removalPolicyOf(stage),
    });
    new CfnOutput(this, 'SourceSecretArn', {
      value: this.access.secretArn,
      description: 'The secret with the source database: username, password, host, port, dbname',
    });
  }
}
