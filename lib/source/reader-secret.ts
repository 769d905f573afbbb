import { Stack, type RemovalPolicy } from 'aws-cdk-lib';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { Secret, type CfnSecret } from 'aws-cdk-lib/aws-secretsmanager';
import type { Construct } from 'constructs';

/** The database user that the emulator reads the source tables with. */
export const SOURCE_USERNAME = 'emulator';

/** Everything printable that is no letter or digit: a password without these needs no quoting anywhere. */
const PUNCTUATION = '!"#$%&\'()*+,-./:;<=>?@[\\]^_`{|}~';

/** Properties of a {@link ReaderSecret}. */
export interface ReaderSecretProps {
  readonly host: string;
  readonly port: number | string;
  /** The name of the database (schema). */
  readonly database: string;
  /**
   * What encrypts it.
   *
   * @default the key that AWS manages
   */
  readonly encryptionKey?: IKey;
  readonly removalPolicy: RemovalPolicy;
}

/**
 * The secret of the reader's account, with a generated password, as the JSON that RDS writes (`username`, `password`,
 * `host`, `port`, `dbname`). The password is made on the first deployment, and anew whenever host, port or database
 * change.
 */
export class ReaderSecret extends Secret {
  constructor(scope: Construct, id: string, props: ReaderSecretProps) {
    const { host, port, database, encryptionKey, removalPolicy } = props;
    super(scope, id, {
      description: 'How the emulator reads the source database',
      encryptionKey,
      generateSecretString: {
        secretStringTemplate: Stack.of(scope).toJsonString({
          username: SOURCE_USERNAME,
          host,
          port,
          dbname: database,
        }),
        generateStringKey: 'password',
        passwordLength: 32,
        // Secrets Manager wants one of each type that is not excluded as a type, and fails where none is left; a local AWS
        // knows excluded characters only. https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_GetRandomPassword.html
        excludePunctuation: true,
        excludeCharacters: PUNCTUATION,
        includeSpace: false,
      },
      removalPolicy,
    });
  }

  /** The ARN by its attribute: a local AWS answers a plain reference with the name. */
  get arnAttribute(): string {
    return (this.node.defaultChild as CfnSecret).attrId;
  }
}
