/** Posts records to the API: one signed HTTPS request at a time, over connections that stay open. */
import { createHash, createHmac } from 'node:crypto';
import { Agent as HttpAgent, request as httpRequest, type IncomingMessage } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { defaultProvider } from '@aws-sdk/credential-provider-node';
import { HttpRequest } from '@smithy/protocol-http';
import { SignatureV4 } from '@smithy/signature-v4';

/** The content type of records as JSON, Confluent REST v2. */
export const RECORDS_CONTENT_TYPE = 'application/vnd.kafka.json.v2+json';

/** An answer of the API, whatever its status. */
export interface TopicAnswer {
  readonly status: number;
  /** The header `Retry-After` in milliseconds from now, if there is one that can be read. */
  readonly retryAfterMs?: number;
  readonly body: string;
}

/** Sends records. */
export interface TopicClient {
  /**
   * Posts a body `{"records":[…]}` to `<api>/topics/<topic>`.
   *
   * @returns the answer, whatever its status.
   * @throws Error when there is no whole answer: connection refused or broken, time-out.
   */
  produce(topic: string, body: string): Promise<TopicAnswer>;
  /** Closes the connections. */
  close(): void;
}

/** Where and as whom to send. */
export interface TopicClientOptions {
  /** The API's URL with its stage, no slash at the end. */
  readonly apiUrl: string;
  /** Default: `AWS_REGION`, `AWS_DEFAULT_REGION`, or the region in the host name of an API Gateway URL. */
  readonly region?: string;
  /** Default: AWS's default credential chain. */
  readonly credentials?: {
    readonly accessKeyId: string;
    readonly secretAccessKey: string;
    readonly sessionToken?: string;
  };
  /** A request without a whole answer is given up after so many milliseconds. Default 30,000. */
  readonly timeoutMs?: number;
}

/** An answer larger than this is not one of ours. */
const MAX_ANSWER_BYTES = 10_000_000;

/** What Node's hashes and keyed hashes have in common. */
interface RunningHash {
  update(data: Uint8Array): unknown;
  digest(): Buffer;
}

/** SHA-256 by Node's own crypto: ten times faster than the JavaScript one, and bodies are large. */
class Sha256 {
  private hash: RunningHash;
  constructor(private readonly secret?: string | ArrayBuffer | ArrayBufferView) {
    this.hash = this.start();
  }
  update(data: Uint8Array): void {
    this.hash.update(data);
  }
  digest(): Promise<Uint8Array> {
    return Promise.resolve(this.hash.digest());
  }
  reset(): void {
    this.hash = this.start();
  }
  private start(): RunningHash {
    const { secret } = this;
    if (secret === undefined) return createHash('sha256');
    if (typeof secret === 'string') return createHmac('sha256', secret);
    return createHmac(
      'sha256',
      ArrayBuffer.isView(secret)
        ? Buffer.from(secret.buffer, secret.byteOffset, secret.byteLength)
        : Buffer.from(secret),
    );
  }
}

/** `Retry-After` as milliseconds: it gives seconds or a date. */
export function parseRetryAfter(header: string | undefined, now: number = Date.now()): number | undefined {
  if (header === undefined) return undefined;
  if (/^\s*\d+\s*$/.test(header)) return Number(header) * 1000;
  const at = Date.parse(header);
  return Number.isNaN(at) ? undefined : Math.max(0, at - now);
}

function checkUrl(apiUrl: string): URL {
  let url: URL | undefined;
  try {
    url = new URL(apiUrl);
  } catch {
    // Reported below.
  }
  if (
    url === undefined ||
    !['http:', 'https:'].includes(url.protocol) ||
    url.search !== '' ||
    url.hash !== ''
  ) {
    throw new Error(
      `The API's URL ${JSON.stringify(apiUrl)} cannot be used: expected http(s)://host[:port]/stage, the stack output ApiUrl.`,
    );
  }
  return url;
}

function regionOf(url: URL): string {
  const { AWS_REGION, AWS_DEFAULT_REGION } = process.env;
  const region = AWS_REGION ?? AWS_DEFAULT_REGION ?? /\.execute-api\.([a-z0-9-]+)\./.exec(url.hostname)?.[1];
  if (region === undefined || region === '') {
    throw new Error(
      `The region to sign requests for is not known. Set AWS_REGION, for example to us-east-1.`,
    );
  }
  return region;
}

async function readBody(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > MAX_ANSWER_BYTES) throw new Error(`the answer is larger than ${MAX_ANSWER_BYTES} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

/**
 * Makes a client of the API. Requests are signed with Signature Version 4 for `execute-api`.
 *
 * @throws Error when the URL cannot be used or the region is not known.
 */
export function createTopicClient(options: TopicClientOptions): TopicClient {
  const url = checkUrl(options.apiUrl);
  const timeoutMs = options.timeoutMs ?? 30_000;
  const isHttps = url.protocol === 'https:';
  const agent = isHttps ? new HttpsAgent({ keepAlive: true }) : new HttpAgent({ keepAlive: true });
  const send = isHttps ? httpsRequest : httpRequest;
  const signer = new SignatureV4({
    service: 'execute-api',
    region: options.region ?? regionOf(url),
    credentials: options.credentials ?? defaultProvider(),
    sha256: Sha256,
  });

  async function produce(topic: string, text: string): Promise<TopicAnswer> {
    const body = Buffer.from(text, 'utf8');
    const path = `${url.pathname.replace(/\/+$/, '')}/topics/${topic}`;
    const signed = await signer.sign(
      new HttpRequest({
        method: 'POST',
        protocol: url.protocol,
        hostname: url.hostname,
        path,
        headers: {
          host: url.host,
          'content-type': RECORDS_CONTENT_TYPE,
        },
        body,
      }),
    );
    return new Promise<TopicAnswer>((resolve, reject) => {
      const request = send({
        agent,
        method: 'POST',
        hostname: url.hostname.replace(/^\[|\]$/g, ''),
        port: url.port === '' ? undefined : Number(url.port),
        path,
        headers: { ...signed.headers, 'content-length': String(body.length) },
      });
      // One limit for the whole exchange: a server that sends a byte now and then must not hold it open.
      const timer = setTimeout(() => {
        request.destroy(new Error(`no answer within ${timeoutMs} ms`));
      }, timeoutMs);
      request.on('error', (error) => {
        clearTimeout(timer);
        reject(error);
      });
      request.on('response', (response) => {
        readBody(response)
          .then((answer) => {
            resolve({
              status: response.statusCode ?? 0,
              retryAfterMs: parseRetryAfter(response.headers['retry-after']),
              body: answer,
            });
          }, reject)
          .finally(() => {
            clearTimeout(timer);
          });
      });
      request.end(body);
    });
  }

  return {
    produce,
    close: () => {
      agent.destroy();
    },
  };
}
