/** How kafkajs proves to Amazon MSK who it is: by a signed token of the role at hand, over TLS. */
import { generateAuthToken, generateAuthTokenFromCredentialsProvider } from 'aws-msk-iam-sasl-signer-js';
import type { KafkaConnection } from './index';

/** AWS keys, as every AWS SDK's credential provider gives them. */
export interface AwsKeys {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
  readonly expiration?: Date;
}

/** A token and when it ends, in milliseconds since 1970. */
interface Token {
  readonly value: string;
  readonly expires: number;
}

/** A token that ends within this time is not handed out any more. */
const RENEW_BEFORE_MS = 5 * 60_000;

/**
 * TLS and authentication by IAM. kafkajs asks for a token at each new connection, and again on an open one before its
 * session ends; each gets one with at least five minutes to go, or as long as the keys last.
 *
 * @param region the cluster's, for example `us-east-1`.
 * @param credentials gives AWS keys. Default: the SDK's chain (environment, container, instance).
 * @param now the time, in milliseconds since 1970. Default: the system's.
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
    // Connections that ask at the same time share what the first of them asked for.
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
