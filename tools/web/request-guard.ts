/**
 * What a request must be like before anything is done for it. Any web page in the person's browser can send requests to
 * 127.0.0.1; only ours knows the token, and only ours can read responses.
 */
import { timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { TOKEN_HEADER } from './protocol';

/** The largest body of a request, in bytes. */
export const MAX_BODY_BYTES = 1024 * 1024;

/** A request that is refused, with the status of the response and a sentence. */
export class Refusal extends Error {
  constructor(
    readonly status: number,
    message: string,
    readonly headers: Readonly<Record<string, string>> = {},
  ) {
    super(message);
  }
}

/** The values of `Host` that name this server. */
export function hostsOf(port: number): string[] {
  // A browser leaves the port 80 out.
  return ['127.0.0.1', 'localhost'].map((name) => new URL(`http://${name}:${port}`).host);
}

/** Refuses requests to another name (DNS rebinding), and those that another web page sends. */
export function requireOwnOrigin({ host, origin }: IncomingHttpHeaders, hosts: readonly string[]): void {
  if (host === undefined || !hosts.includes(host)) {
    throw new Refusal(
      403,
      `The host ${JSON.stringify(host ?? '')} is not this server: expected ${hosts.join(' or ')}.`,
    );
  }
  if (origin !== undefined && !hosts.some((own) => origin === `http://${own}`)) {
    throw new Refusal(
      403,
      `Requests from ${JSON.stringify(origin)} are refused: only this server's own page may ask.`,
    );
  }
}

/** Refuses calls without the token of the served page. */
export function requireToken(headers: IncomingHttpHeaders, token: string): void {
  const given = Buffer.from(String(headers[TOKEN_HEADER] ?? ''));
  const expected = Buffer.from(token);
  if (given.length !== expected.length || !timingSafeEqual(given, expected)) {
    throw new Refusal(
      403,
      `The header ${TOKEN_HEADER} does not have this server's token: load the page again.`,
    );
  }
}

/** Reads a JSON body. @throws Refusal when it is too large, of another type, or no JSON. */
export async function readJson(request: IncomingMessage): Promise<unknown> {
  const type = request.headers['content-type'] ?? '';
  if (!/^application\/json\s*(;|$)/i.test(type)) {
    throw new Refusal(415, `The content type is ${JSON.stringify(type)}: expected application/json.`);
  }
  const chunks: Buffer[] = [];
  let bytes = 0;
  // What is too much is read and thrown away, so that the sender gets to the response.
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes <= MAX_BODY_BYTES) chunks.push(chunk);
  }
  if (bytes > MAX_BODY_BYTES) {
    throw new Refusal(413, `The body has ${bytes} bytes: expected at most ${MAX_BODY_BYTES}.`);
  }
  try {
    return JSON.parse(Buffer.concat(chunks).toString('utf8')) as unknown;
  } catch {
    throw new Refusal(400, 'The body is not JSON.');
  }
}
