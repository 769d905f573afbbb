/** Requests signed by SigV4, as a client of the API and of AWS sends them. */
import { Hash } from '@smithy/core/serde';
import { HttpRequest } from '@smithy/protocol-http';
import { SignatureV4 } from '@smithy/signature-v4';

/** Who signs, and for which service. */
export interface Signer {
  readonly region: string;
  /** The service's name in the signature, for example `execute-api`. */
  readonly service: string;
  readonly accessKeyId: string;
}

/** Sends a signed request, and gives its response. The local AWS takes any secret key. */
export async function signedFetch(
  signer: Signer,
  method: string,
  url: string,
  body?: string | Uint8Array<ArrayBuffer>,
  headers: Readonly<Record<string, string>> = {},
): Promise<Response> {
  const { hostname, host, pathname, searchParams, protocol } = new URL(url);
  const request = new HttpRequest({
    method,
    protocol,
    hostname,
    path: pathname,
    query: Object.fromEntries(searchParams),
    headers: { host, ...headers },
    body,
  });
  const signed = await new SignatureV4({
    region: signer.region,
    service: signer.service,
    credentials: { accessKeyId: signer.accessKeyId, secretAccessKey: 'local' },
    sha256: Hash.bind(null, 'sha256'),
  }).sign(request);
  const sent = Object.entries(signed.headers).filter(([name]) => name !== 'host');
  return fetch(url, { method, headers: Object.fromEntries(sent), body, signal: AbortSignal.timeout(30_000) });
}
