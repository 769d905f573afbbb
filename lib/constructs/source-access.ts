import { RemovalPolicy } from 'aws-cdk-lib';
import type { IGrantable } from 'aws-cdk-lib/aws-iam';
import { Secret, type CfnSecret } from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import type { ExternalSource } from '../stages';

/** The database user that the emulator reads the source tables with. */
export const SOURCE_USERNAME = 'emulator';

/** Everything printable that is no letter or digit: a password without these needs no quoting anywhere. */
const PUNCTUATION = '!"#$%&\'()*+,-./:;<=>?@[\\]^_`{|}~';

/** Properties of {@link SourceAccess}. */
export interface SourceAccessProps {
  readonly source: ExternalSource;
  /** What becomes of the secret when its stack is deleted. */
  readonly removalPolicy: RemovalPolicy;
}

/**
 * Access to the source database: a secret with a generated password, as the JSON that RDS writes (`username`,
 * `password`, `host`, `port`, `dbname`).
 *
 * The password is made on the first deployment, and anew whenever host, port or database change. Whoever runs an
 * external server gives the user the secret's password after a deployment.
 */
export class SourceAccess extends Construct {
  /** The secret's ARN. */
  readonly secretArn: string;
  private readonly secret: Secret;

  constructor(scope: Construct, id: string, { source, removalPolicy }: SourceAccessProps) {
    super(scope, id);
    this.secret = new Secret(this, 'Secret', {
      description: 'How the emulator reads the source database',
      generateSecretString: {
        secretStringTemplate: JSON.stringify({
          username: SOURCE_USERNAME,
          host: source.host,
          port: source.port,
          dbname: source.database,
        }),
        generateStringKey: 'password',
        passwordLength: 32,
        excludeCharacters: PUNCTUATION,
        includeSpace: false,
      },
      removalPolicy,
    });
    // By its attribute: a local AWS answers a plain reference with the name.
    this.secretArn = (this.secret.node.defaultChild as CfnSecret).attrId;
  }

  /** Lets the grantee read the secret, and nothing else. */
  grantRead(grantee: IGrantable): void {
    this.secret.grantRead(grantee);
  }
}
