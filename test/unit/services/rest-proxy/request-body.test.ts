import type { IncomingMessage } from 'node:http';
import { PassThrough } from 'node:stream';
import { deflateSync, gzipSync } from 'node:zlib';
import type { ContentEncoding } from '../../../../services/rest-proxy/media-types';
import { BodyBudget, ClientGone } from '../../../../services/rest-proxy/request-body';

/** A request as Node gives it: `complete` before its end. */
function requestOf(...chunks: readonly Buffer[]): IncomingMessage {
  const stream = Object.assign(new PassThrough(), { complete: false });
  for (const chunk of chunks) stream.write(chunk);
  stream.complete = true;
  stream.end();
  return stream as unknown as IncomingMessage;
}

const read = (
  budget: BodyBudget,
  request: IncomingMessage,
  encoding: ContentEncoding = 'identity',
): Promise<string> => budget.hold(request, encoding, (body) => Promise.resolve(body.toString()));
const status = (value: number): Error => expect.objectContaining({ status: value }) as Error;

test.each<[ContentEncoding, (text: string) => Buffer]>([
  ['identity', (text) => Buffer.from(text)],
  ['gzip', gzipSync],
  ['deflate', deflateSync],
])('a body in %s is received, up to the limit, and given back', async (encoding, encode) => {
  const budget = new BodyBudget(1000, 200_000);
  const body = encode('x'.repeat(1000));
  const pieces = [body.subarray(0, 5), body.subarray(5)];
  await expect(read(budget, requestOf(...pieces), encoding)).resolves.toBe('x'.repeat(1000));
  await expect(read(budget, requestOf(encode('x'.repeat(1001))), encoding)).rejects.toThrow(status(413));
  expect(budget.heldBytes).toBe(0);
});

test('of a bomb no more is inflated than may be held', async () => {
  const budget = new BodyBudget(100_000, 200_000);
  const bomb = requestOf(gzipSync(Buffer.alloc(50_000_000)));
  await expect(read(budget, bomb, 'gzip')).rejects.toThrow(status(413));
  expect(budget.heldBytes).toBe(0);
});

test('a compressed body that inflates to nothing, without an end, is too large as well', async () => {
  const budget = new BodyBudget(1000, 200_000);
  const empty = gzipSync('');
  const endless = requestOf(Buffer.concat(Array.from({ length: 100 }, () => empty)));
  await expect(read(budget, endless, 'gzip')).rejects.toThrow(status(413));
});

test('above the limit of all bodies it is 429, also while a body inflates; one alone is always taken', async () => {
  const budget = new BodyBudget(100_000, 150_000);
  const large = (): IncomingMessage => requestOf(gzipSync('x'.repeat(100_000)));
  let release: () => void = () => undefined;
  const held = new Promise<void>((resolve) => (release = resolve));
  const first = budget.hold(large(), 'gzip', async () => {
    // What its records take goes beyond the limit.
    await held;
  });
  while (budget.heldBytes < 100_000) await new Promise((resolve) => setImmediate(resolve));
  await expect(read(budget, large(), 'gzip')).rejects.toThrow(status(429));
  await expect(read(budget, requestOf(Buffer.from('x'.repeat(60_000))))).rejects.toThrow(status(429));
  expect(() => {
    budget.checkLength('60000');
  }).toThrow(status(429));
  release();
  await first;
  expect(budget.heldBytes).toBe(0);
  await expect(
    budget.hold(large(), 'gzip', (_body, holdMore) => {
      holdMore(1_000_000);
      return Promise.resolve(budget.heldBytes);
    }),
  ).resolves.toBeGreaterThan(1_000_000);
});

test.each<[string, ContentEncoding, Buffer]>([
  ['no gzip', 'gzip', Buffer.from('{}')],
  ['gzip cut off', 'gzip', gzipSync('{}').subarray(0, 15)],
  ['gzip in place of deflate', 'deflate', gzipSync('{}')],
])('%s cannot be read', async (_what, encoding, body) => {
  const budget = new BodyBudget(1000, 200_000);
  await expect(read(budget, requestOf(body), encoding)).rejects.toThrow(status(400));
  expect(budget.heldBytes).toBe(0);
});

test('a client that goes away in the middle is noticed', async () => {
  const budget = new BodyBudget(1000, 200_000);
  for (const encoding of ['identity', 'gzip'] as const) {
    const request = Object.assign(new PassThrough(), { complete: false });
    request.write(gzipSync('x').subarray(0, 9));
    const result = read(budget, request as unknown as IncomingMessage, encoding);
    request.destroy();
    await expect(result).rejects.toThrow(ClientGone);
  }
  expect(budget.heldBytes).toBe(0);
});
