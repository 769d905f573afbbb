/** Media types of the REST Proxy v2; checks of `Content-Type`, `Content-Encoding` and `Accept`. */
import { ERROR_CODES, RestError, quote } from './errors';

/** Content type of the responses. */
export const RESPONSE_TYPE = 'application/vnd.kafka.v2+json';
/** Content type of a produce request. */
export const PRODUCE_TYPE = 'application/vnd.kafka.json.v2+json';

/** Acceptable types: the responses' own, and more general ones. */
const ACCEPTABLE = new Set([
  RESPONSE_TYPE,
  'application/vnd.kafka+json',
  'application/json',
  'application/*',
  '*/*',
]);

/**
 * Checks the `Content-Type` of a produce request. Parameters are ignored, except a `charset` other than UTF-8.
 *
 * @throws RestError 415
 */
export function checkContentType(header: string | undefined): void {
  const [type = '', ...parameters] = (header ?? '').split(';').map((part) => part.trim());
  const charset = parameters
    .map((parameter) => /^charset\s*=\s*"?([^"]*)"?$/i.exec(parameter)?.[1])
    .find((found) => found !== undefined);
  const utf8 = charset === undefined || /^utf-?8$/i.test(charset);
  if (type.toLowerCase() === PRODUCE_TYPE && utf8) return;
  throw new RestError(
    415,
    ERROR_CODES.unsupportedMediaType,
    `The Content-Type ${header === undefined ? 'is missing' : `${quote(header)} is not supported`}: expected "${PRODUCE_TYPE}", in UTF-8.`,
  );
}

/**
 * Checks that the body of a produce request is not compressed; it would be read as invalid JSON.
 *
 * @throws RestError 415
 */
export function checkContentEncoding(header: string | undefined): void {
  if (header === undefined || /^\s*(identity)?\s*$/i.test(header)) return;
  throw new RestError(
    415,
    ERROR_CODES.unsupportedMediaType,
    `The Content-Encoding ${quote(header)} is not supported: send the body uncompressed.`,
  );
}

/**
 * Checks that a client accepts the type of the responses.
 *
 * @throws RestError 406
 */
export function checkAccept(header: string | undefined): void {
  if (header === undefined || header.trim() === '') return;
  for (const range of header.split(',')) {
    const [type = '', ...parameters] = range.split(';').map((part) => part.trim().toLowerCase());
    const refused = parameters.some((parameter) => /^q\s*=\s*0(\.0*)?$/.test(parameter));
    if (ACCEPTABLE.has(type) && !refused) return;
  }
  throw new RestError(
    406,
    ERROR_CODES.notAcceptable,
    `The Accept header ${quote(header)} accepts none of the proxy's types: expected "${RESPONSE_TYPE}", "application/json" or "*/*".`,
  );
}
