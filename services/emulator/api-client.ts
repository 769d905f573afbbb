/** Signed requests to the API over keep-alive connections. */
import { Agent as HttpAgent, request as httpRequest, type IncomingMessage } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { defaultProvider } from '@aws-sdk/credential-provider-node';
import { Hash } from '@smithy/core/serde';
import { HttpRequest } from '@smithy/protocol-http';
import { SignatureV4 } from '@smithy/signature-v4';

/** A request, without host, signature and length. */
export interface ApiRequest {
  readonly method: 'GET' | 'POST' | 'PUT';
  /** The path below the API's stage, with its leading slash. */
  readonly path: string;
  readonly contentType: string;
  readonly body: string;
}

/** A response of the API, of any status. */
export interface ApiResponse {
  readonly status: number;
  /** The header `Retry-After` as milliseconds from now, if it can be parsed. */
  readonly retryAfterMs?: number;
  readonly body: string;
}

/** Client of the API. */
export interface ApiClient {
  /**
   * Makes one request.
   *
   * @returns the response, whatever its status.
   * @throws Error when there is no complete response: connection refused or broken, time-out.
   */
  request(request: ApiRequest): Promise<ApiResponse>;
  /** Closes the connections. */
  close(): void;
}

/** Options of the client. */
export interface ApiClientOptions {
  /** The API's URL with its stage, without a trailing slash. */
  readonly apiUrl: string;
  /** Default: `AWS_REGION`, `AWS_DEFAULT_REGION`, or the region in the host name of an API Gateway URL. */
  readonly region?: string;
  /** Default: AWS's default credential chain. */
  readonly credentials?: {
    readonly accessKeyId: string;
    readonly secretAccessKey: string;
    readonly sessionToken?: string;
  };
  /** The API key, sent as `x-api-key`. Default: none. */
  readonly apiKey?: string;
  /** Time-out for the complete response in milliseconds. Default 30,000. */
  readonly timeoutMs?: number;
}

/** Maximum size of a response. */
const MAX_RESPONSE_BYTES = 10_000_000;

/** `Retry-After` as milliseconds; the header gives seconds or a date. */
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
    throw new Error(`The region to sign requests for is unknown: set AWS_REGION, for example to us-east-1.`);
  }
  return region;
}

async function readBody(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > MAX_RESPONSE_BYTES)
      throw new Error(`the response is larger than ${MAX_RESPONSE_BYTES} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

/**
 * Creates a client. Requests are signed with Signature Version 4 for `execute-api`.
 *
 * @throws Error for an invalid URL or an unknown region.
 */
export function createApiClient(options: ApiClientOptions): ApiClient {
  const url = checkUrl(options.apiUrl);
  const timeoutMs = options.timeoutMs ?? 30_000;
  const isHttps = url.protocol === 'https:';
  const agent = isHttps ? new HttpsAgent({ keepAlive: true }) : new HttpAgent({ keepAlive: true });
  const send = isHttps ? httpsRequest : httpRequest;
  const signer = new SignatureV4({
    service: 'execute-api',
    region: options.region ?? regionOf(url),
    credentials: options.credentials ?? defaultProvider(),
    // By Node's own crypto, ten times faster than the JavaScript one: bodies are large.
    sha256: Hash.bind(null, 'sha256'),
  });

  async function request({ method, contentType, ...asked }: ApiRequest): Promise<ApiResponse> {
    const body = Buffer.from(asked.body, 'utf8');
    const path = `${url.pathname.replace(/\/+$/, '')}${asked.path}`;
    const signed = await signer.sign(
      new HttpRequest({
        method,
        protocol: url.protocol,
        hostname: url.hostname,
        path,
        headers: {
          host: url.host,
          'content-type': contentType,
          ...(options.apiKey === undefined ? {} : { 'x-api-key': options.apiKey }),
        },
        body,
      }),
    );
    return new Promise<ApiResponse>((resolve, reject) => {
      const outgoing = send({
        agent,
        method,
        hostname: url.hostname.replace(/^\[|\]$/g, ''),
        port: url.port === '' ? undefined : Number(url.port),
        path,
        headers: { ...signed.headers, 'content-length': String(body.length) },
      });
      // One limit for the whole exchange, so that a slow server cannot hold the connection.
      const timer = setTimeout(() => {
        outgoing.destroy(new Error(`no response within ${timeoutMs} ms`));
      }, timeoutMs);
      outgoing.on('error', (error) => {
        clearTimeout(timer);
        reject(error);
      });
      outgoing.on('response', (response) => {
        readBody(response)
          .then((text) => {
            resolve({
              status: response.statusCode ?? 0,
              retryAfterMs: parseRetryAfter(response.headers['retry-after']),
              body: text,
            });
          }, reject)
          .finally(() => {
            clearTimeout(timer);
          });
      });
      outgoing.end(body);
    });
  }

  return {
    request,
    close: () => {
      agent.destroy();
    },
  };
}
