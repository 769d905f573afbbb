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
   * What encrypts a secret that is made.
   *
   * @default the key that AWS manages
   */
  readonly encryptionKey?: IKey;
  /** What becomes of a secret that is made when its stack is deleted. */
  readonly removalPolicy: RemovalPolicy;
}

/**
 * Access to an external source database: by a secret that is there, or by one with a generated password. Whoever runs
 * the server gives the user `emulator` that password after a deployment.
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
      // A stack must have a resource; this one is nothing and costs nothing.
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
