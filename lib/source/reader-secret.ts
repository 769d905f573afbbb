import { Stack, type RemovalPolicy } from 'aws-cdk-lib';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { Secret, type CfnSecret } from 'aws-cdk-lib/aws-secretsmanager';
import type { Construct } from 'constructs';

/** The database user of the emulator. */
export const SOURCE_USERNAME = 'emulator';

/** All printable characters other than letters and digits: a password without them never needs quoting. */
const PUNCTUATION = '!"#$%&\'()*+,-./:;<=>?@[\\]^_`{|}~';

/** Properties of a {@link ReaderSecret}. */
export interface ReaderSecretProps {
  readonly host: string;
  readonly port: number | string;
  /** The name of the database (schema). */
  readonly database: string;
  /**
   * Encryption key.
   *
   * @default the AWS-managed key
   */
  readonly encryptionKey?: IKey;
  readonly removalPolicy: RemovalPolicy;
}

/**
 * The secret of the reader's account, with a generated password, as JSON in RDS's form (`username`, `password`, `host`,
 * `port`, `dbname`). The password is generated at the first deployment, and again when host, port or database change.
 */
export class ReaderSecret extends Secret {
  constructor(scope: Construct, id: string, props: ReaderSecretProps) {
    const { host, port, database, encryptionKey, removalPolicy } = props;
    super(scope, id, {
      description: "Credentials of the emulator's database user",
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

  /** The ARN as an attribute: a local AWS returns the name for a plain reference. */
  get arnAttribute(): string {
    return (this.node.defaultChild as CfnSecret).attrId;
  }
}
