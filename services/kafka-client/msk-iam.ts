/** IAM authentication of kafkajs at Amazon MSK, by a signed token, over TLS. */
import { generateAuthToken, generateAuthTokenFromCredentialsProvider } from 'aws-msk-iam-sasl-signer-js';
import type { KafkaConnection } from './index';

/** AWS credentials, as given by the AWS SDK's providers. */
export interface AwsKeys {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
  readonly expiration?: Date;
}

/** A token and its expiry in milliseconds since 1970. */
interface Token {
  readonly value: string;
  readonly expires: number;
}

/** A token that expires within this time is not used any more. */
const RENEW_BEFORE_MS = 5 * 60_000;

/**
 * TLS and authentication by IAM. kafkajs requests a token for each new connection, and again before a session expires;
 * each is valid for at least five minutes, or as long as the credentials.
 *
 * @param region the cluster's, for example `us-east-1`.
 * @param credentials an AWS credential provider. Default: the SDK's chain (environment, container, instance).
 * @param now the time in milliseconds since 1970. Default: the system's.
 */
export function mskIam(
  region: string,
  credentials?: () => Promise<AwsKeys>,
  now: () => number = Date.now,
): Required<Pick<KafkaConnection, 'ssl' | 'sasl'>> {
  let latest: Promise<Token> | undefined;
  const renew = async (): Promise<Token> => {
    const made =
      credentials === undefined
        ? await generateAuthToken({ region })
        : await generateAuthTokenFromCredentialsProvider({ region, awsCredentialsProvider: credentials });
    return { value: made.token, expires: made.expiryTime };
  };
  const token = async (): Promise<Token> => {
    const known = latest;
    const found = await known?.catch(() => undefined);
    if (found !== undefined && found.expires - now() > RENEW_BEFORE_MS) return found;
    // Concurrent requests share one token.
    if (latest === known) latest = renew();
    return latest as Promise<Token>;
  };
  return {
    ssl: true,
    sasl: {
      mechanism: 'oauthbearer',
      oauthBearerProvider: async () => ({ value: (await token()).value }),
    },
  };
}
