import { CfnWaitConditionHandle, type RemovalPolicy } from 'aws-cdk-lib';
import type { IGrantable } from 'aws-cdk-lib/aws-iam';
import { Key, type IKey } from 'aws-cdk-lib/aws-kms';
import { Secret, type ISecret } from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import type { ExternalSource } from '../stages';
import { grantSecretRead } from './grant-secret';
import { ReaderSecret } from './reader-secret';
import type { SourceConnection } from './source-connection';

/** Properties of {@link SourceAccess}. */
export interface SourceAccessProps {
  readonly source: ExternalSource;
  /**
   * Encryption key of a generated secret.
   *
   * @default the AWS-managed key
   */
  readonly encryptionKey?: IKey;
  /** Removal policy of a generated secret. */
  readonly removalPolicy: RemovalPolicy;
}

/**
 * Access to an external source database: by an existing secret, or by one with a generated password, which the server's
 * operator must set for the user `emulator` after the deployment.
 */
export class SourceAccess extends Construct implements SourceConnection {
  readonly secretArn: string;
  readonly clientSecurityGroup = undefined;
  private readonly secret: ISecret;
  private readonly key: IKey | undefined;

  constructor(scope: Construct, id: string, props: SourceAccessProps) {
    super(scope, id);
    const { source, encryptionKey, removalPolicy } = props;
    const { host, port, database, credentials } = source;
    if (credentials.kind === 'existing') {
      const { secretArn, keyArn } = credentials;
      this.secret = Secret.fromSecretCompleteArn(this, 'Secret', secretArn);
      this.key = keyArn === undefined ? undefined : Key.fromKeyArn(this, 'Key', keyArn);
      this.secretArn = secretArn;
      // A stack needs at least one resource; this one does nothing and is free.
      new CfnWaitConditionHandle(this, 'Nothing');
    } else {
      const secret = new ReaderSecret(this, 'Secret', { host, port, database, encryptionKey, removalPolicy });
      this.secret = secret;
      this.key = encryptionKey;
      this.secretArn = secret.arnAttribute;
    }
  }

  grantRead(grantee: IGrantable): void {
    grantSecretRead(grantee, this.secret, this.key);
  }
}
