/** Media types of the REST Proxy v2, by what `Content-Type`, `Content-Encoding` and `Accept` say. */
import { ERROR_CODES, RestError, quote } from './errors';
import type { EmbeddedFormat } from './produce-request';

/** Content type of the responses when the client has no wish. */
export const RESPONSE_TYPE = 'application/vnd.kafka.v2+json';

/** Content types of a produce request, and what they say about its records. */
const FORMATS: ReadonlyMap<string, EmbeddedFormat> = new Map([
  ['application/vnd.kafka.json.v2+json', 'json'],
  ['application/vnd.kafka.binary.v2+json', 'binary'],
]);

/** Types that a response can have, the preferred one first. */
const OFFERED = [RESPONSE_TYPE, 'application/vnd.kafka+json', 'application/json'] as const;

/** How a body is compressed. */
export type ContentEncoding = 'identity' | 'gzip' | 'deflate';

function unsupported(message: string, headers: Readonly<Record<string, string>> = {}): RestError {
  return new RestError(415, ERROR_CODES.unsupportedMediaType, message, headers);
}

/**
 * The format of a produce request's records by its `Content-Type`. Parameters are ignored, except a `charset` other than
 * UTF-8. As in Confluent's proxy, a type without a format (`application/json`) is none: its records could be either.
 *
 * @throws RestError 415
 */
export function readFormat(header: string | undefined): EmbeddedFormat {
  const [first = '', ...parameters] = (header ?? '').split(';').map((part) => part.trim());
  const type = first.toLowerCase();
  const charset = parameters
    .map((parameter) => /^charset\s*=\s*"?([^"]*)"?$/i.exec(parameter)?.[1])
    .find((found) => found !== undefined);
  const utf8 = charset === undefined || /^utf-?8$/i.test(charset);
  const format = FORMATS.get(type);
  if (format !== undefined && utf8) return format;
  const expected = `expected "${[...FORMATS.keys()].join('" or "')}", in UTF-8`;
  if (header === undefined) throw unsupported(`The Content-Type is missing: ${expected}.`);
  const schemas = /^application\/vnd\.kafka\.(avro|jsonschema|protobuf)\./.exec(type);
  if (schemas !== null)
    throw unsupported(
      `The Content-Type ${quote(header)} is not supported: this proxy has no schema registry, so none of Avro, JSON Schema and Protobuf; ${expected}.`,
    );
  throw unsupported(`The Content-Type ${quote(header)} is not supported: ${expected}.`);
}

/**
 * How a body is compressed, by its `Content-Encoding`.
 *
 * @throws RestError 415 for another encoding, or several.
 */
export function readContentEncoding(header: string | undefined): ContentEncoding {
  const name = (header ?? '').trim().toLowerCase();
  if (name === '' || name === 'identity') return 'identity';
  if (name === 'gzip' || name === 'x-gzip') return 'gzip';
  if (name === 'deflate') return 'deflate';
  throw unsupported(
    `The Content-Encoding ${quote(header ?? '')} is not supported: send the body uncompressed, or as gzip or deflate.`,
    { 'accept-encoding': 'gzip, deflate' },
  );
}

/**
 * Chooses the type of the response by `Accept`: of those that the client accepts, the one with the highest `q`, which a
 * type takes from the range that names it most exactly (RFC 9110, section 12.5.1).
 *
 * @throws RestError 406 when the client accepts none of them.
 */
export function negotiate(header: string | undefined): string {
  if (header === undefined || header === RESPONSE_TYPE || header === '*/*' || header.trim() === '')
    return RESPONSE_TYPE;
  const qualities = new Map<string, number>();
  for (const range of header.split(',')) {
    const [type = '', ...parameters] = range.split(';').map((part) => part.trim().toLowerCase());
    const q = parameters.map((parameter) => /^q\s*=\s*([0-9.]+)$/.exec(parameter)?.[1]).find(Boolean);
    qualities.set(type, Number(q ?? 1));
  }
  let best: string | undefined;
  let highest = 0;
  for (const type of OFFERED) {
    const q = qualities.get(type) ?? qualities.get('application/*') ?? qualities.get('*/*') ?? 0;
    if (q > highest) [best, highest] = [type, q];
  }
  if (best !== undefined) return best;
  throw new RestError(
    406,
    ERROR_CODES.notAcceptable,
    `The Accept header ${quote(header)} accepts none of the proxy's types: expected "${OFFERED.join('", "')}" or "*/*".`,
  );
}
