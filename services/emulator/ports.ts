/** The real ports of an emulation: the source database, the API and the sink bucket. */
import { S3Client } from '@aws-sdk/client-s3';
import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { errorText, parseDatabaseSecret, type DatabaseSecret } from '../source/connection';
import { openSource } from '../source/source-reader';
import { createApiClient } from './api-client';
import { readApiKey } from './api-key';
import { systemClock } from './clock';
import type { EmulatorPorts } from './emulate';
import { s3LedgerStore } from './ledger-store';

/** Options of the AWS clients; defaults from the environment. */
export interface AwsAccess {
  readonly region?: string;
  /** Only for a local AWS. Default: `AWS_ENDPOINT_URL`. */
  readonly endpoint?: string;
  readonly credentials?: {
    readonly accessKeyId: string;
    readonly secretAccessKey: string;
    readonly sessionToken?: string;
  };
}

/** Stack outputs of the same names. */
export interface EmulatorTargets {
  /** The API's URL with its stage. */
  readonly apiUrl: string;
  /** The secret with the source database's address and password. */
  readonly sourceSecretArn: string;
  readonly sinkBucket: string;
  /**
   * The id of the API key for every request.
   *
   * @default none: the API requires none
   */
  readonly apiKeyId?: string;
}

/** Ports that can be closed. */
export interface OpenPorts extends EmulatorPorts {
  /** Closes all connections. */
  close(): Promise<void>;
}

/** Reads the source secret from Secrets Manager. */
export async function readSourceSecret(secretArn: string, aws: AwsAccess = {}): Promise<DatabaseSecret> {
  const client = new SecretsManagerClient(aws);
  try {
    const { SecretString } = await client.send(new GetSecretValueCommand({ SecretId: secretArn }));
    return parseDatabaseSecret(SecretString ?? '');
  } catch (error) {
    throw new Error(`The source secret ${secretArn} cannot be read: ${errorText(error)}`, { cause: error });
  } finally {
    client.destroy();
  }
}

/**
 * Opens the ports. Only the secret and the API key are read now; database, API and bucket are first reached when used.
 *
 * @throws Error when secret or key cannot be read, or the API's URL or the region is invalid.
 */
export async function openPorts(targets: EmulatorTargets, aws: AwsAccess = {}): Promise<OpenPorts> {
  const api = createApiClient({
    apiUrl: targets.apiUrl,
    region: aws.region,
    credentials: aws.credentials,
    apiKey: targets.apiKeyId === undefined ? undefined : await readApiKey(targets.apiKeyId, aws),
  });
  const secret = await readSourceSecret(targets.sourceSecretArn, aws);
  const isLocal = (aws.endpoint ?? process.env.AWS_ENDPOINT_URL ?? '') !== '';
  const s3 = new S3Client({
    ...aws,
    // A local server has no virtual-hosted buckets.
    forcePathStyle: isLocal,
  });
  const source = openSource(secret);
  return {
    source,
    api,
    ledger: s3LedgerStore(s3, targets.sinkBucket),
    clock: systemClock,
    close: async () => {
      api.close();
      s3.destroy();
      await source.close();
    },
  };
}
