import { CfnOutput, Stack, type StackProps } from 'aws-cdk-lib';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { Construct } from 'constructs';
import type { PipelineNetwork } from '../network/pipeline-network';
import { SourceAccess } from './source-access';
import type { SourceConnection } from './source-connection';
import { SourceDatabase } from './source-database';
import type { Deployment } from '../stages';
import { databasePolicyOf, removalPolicyOf } from '../shared/removal-policy';

/** Properties of the {@link SourceStack}. */
export interface SourceStackProps extends StackProps {
  /**
   * Network of a database deployed here.
   *
   * @default none
   */
  readonly network?: PipelineNetwork;
  /**
   * Encryption key of database and secrets.
   *
   * @default AWS-managed keys
   */
  readonly encryptionKey?: IKey;
}

/** The source database, or access to an external one. Stateful: deleting it loses the password and the posts. */
export class SourceStack extends Stack {
  readonly source: SourceConnection;

  constructor(scope: Construct, id: string, { stage }: Deployment, props: SourceStackProps) {
    const { network, encryptionKey, ...stackProps } = props;
    super(scope, id, { description: 'Pinterest data pipeline: source database', ...stackProps });
    const removalPolicy = removalPolicyOf(stage);
    const { source: settings } = stage;
    if (settings.kind === 'external') {
      this.source = new SourceAccess(this, 'Source', { source: settings, encryptionKey, removalPolicy });
    } else {
      if (network === undefined || encryptionKey === undefined) {
        throw new Error(
          `The source database of stage ${stage.name} needs a network and a customer-managed key: add both to the stage's settings.`,
        );
      }
      this.source = new SourceDatabase(this, 'Source', {
        settings,
        seed: stage.emulator.seed,
        network,
        encryptionKey,
        removalPolicy,
        databasePolicy: databasePolicyOf(stage),
        logRetention: stage.logRetention,
      });
    }
    new CfnOutput(this, 'SourceSecretArn', {
      value: this.source.secretArn,
      description: 'The secret of the source database: username, password, host, port, dbname',
    });
  }
}
