/** The token is compared with one computed here from the text of the SigV4 specification, by node's crypto alone. */
import { createHash, createHmac } from 'node:crypto';
import { mskIam, type AwsKeys } from '../../../../services/kafka-client/msk-iam';

const KEYS: AwsKeys = {
  accessKeyId: 'AKIDEXAMPLE',
  secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY',
  sessionToken: 'session/with+signs==',
};
const REGION = 'eu-west-1';
const NOW = Date.UTC(2026, 0, 31, 23, 59, 30);

beforeEach(() => {
  jest.useFakeTimers({ now: NOW });
});
afterEach(() => {
  jest.useRealTimers();
});

async function tokenOf(connection: ReturnType<typeof mskIam>): Promise<string> {
  const { sasl } = connection;
  if (!('oauthBearerProvider' in sasl)) throw new Error('no OAUTHBEARER');
  return (await sasl.oauthBearerProvider()).value;
}

const hmac = (key: string | Buffer, text: string): Buffer => createHmac('sha256', key).update(text).digest();
const encode = (text: string): string =>
  encodeURIComponent(text).replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);

/** The presigned URL's signature, from its parameters and the secret key. */
function signature(url: URL, { secretAccessKey }: AwsKeys): string {
  const parameters = [...url.searchParams].filter(
    ([name]) => !['X-Amz-Signature', 'User-Agent'].includes(name),
  );
  const query = parameters
    .map(([name, value]) => `${encode(name)}=${encode(value)}`)
    .sort()
    .join('&');
  const nothing = createHash('sha256').update('').digest('hex');
  const request = ['GET', '/', query, `host:${url.host}`, '', 'host', nothing].join('\n');
  const time = url.searchParams.get('X-Amz-Date') ?? '';
  const scope = `${time.slice(0, 8)}/${REGION}/kafka-cluster/aws4_request`;
  const digest = createHash('sha256').update(request).digest('hex');
  const key = ['kafka-cluster', 'aws4_request'].reduce<Buffer>(
    hmac,
    hmac(hmac(`AWS4${secretAccessKey}`, time.slice(0, 8)), REGION),
  );
  return hmac(key, ['AWS4-HMAC-SHA256', time, scope, digest].join('\n')).toString('hex');
}

test('the token is a request to connect, signed for the region by the keys', async () => {
  const token = await tokenOf(mskIam(REGION, () => Promise.resolve(KEYS)));
  expect(token).toMatch(/^[A-Za-z0-9_-]+$/);
  const url = new URL(Buffer.from(token, 'base64url').toString('utf8'));
  expect(url.origin + url.pathname).toBe('https://kafka.eu-west-1.amazonaws.com/');
  expect(Object.fromEntries(url.searchParams)).toMatchObject({
    Action: 'kafka-cluster:Connect',
    'X-Amz-Algorithm': 'AWS4-HMAC-SHA256',
    'X-Amz-Credential': 'AKIDEXAMPLE/20260131/eu-west-1/kafka-cluster/aws4_request',
    'X-Amz-Date': '20260131T235930Z',
    'X-Amz-Expires': '900',
    'X-Amz-Security-Token': 'session/with+signs==',
    'X-Amz-SignedHeaders': 'host',
  });
  expect(url.searchParams.get('X-Amz-Signature')).toBe(signature(url, KEYS));
  // What is compared with depends on the key: another one gives another signature.
  expect(signature(url, { ...KEYS, secretAccessKey: 'another' })).not.toBe(
    url.searchParams.get('X-Amz-Signature'),
  );
});

test('the connection is encrypted', () => {
  expect(mskIam(REGION).ssl).toBe(true);
  expect(mskIam(REGION).sasl).toMatchObject({ mechanism: 'oauthbearer' });
});

test('a token is reused for ten minutes, and renewed five minutes before it expires', async () => {
  const provider = jest.fn(() => Promise.resolve(KEYS));
  const connection = mskIam(REGION, provider);
  const first = await tokenOf(connection);
  jest.setSystemTime(NOW + 599_000);
  expect(await tokenOf(connection)).toBe(first);
  jest.setSystemTime(NOW + 601_000);
  const second = await tokenOf(connection);
  expect(second).not.toBe(first);
  expect(provider).toHaveBeenCalledTimes(2);
});

test('connections that are opened at once share a token', async () => {
  const provider = jest.fn(() => Promise.resolve(KEYS));
  const connection = mskIam(REGION, provider);
  const tokens = await Promise.all([1, 2, 3].map(() => tokenOf(connection)));
  expect(new Set(tokens).size).toBe(1);
  expect(provider).toHaveBeenCalledTimes(1);
});

test('credentials that could not be loaded are requested again at the next connection', async () => {
  const provider = jest
    .fn<Promise<AwsKeys>, []>()
    .mockRejectedValueOnce(new Error('no keys yet'))
    .mockResolvedValue(KEYS);
  const connection = mskIam(REGION, provider);
  await expect(tokenOf(connection)).rejects.toThrow('no keys yet');
  expect(await tokenOf(connection)).toMatch(/^[A-Za-z0-9_-]+$/);
});

test('a token of credentials that expire soon is not reused', async () => {
  const provider = jest.fn(() => Promise.resolve({ ...KEYS, expiration: new Date(Date.now() + 240_000) }));
  const connection = mskIam(REGION, provider);
  await tokenOf(connection);
  await tokenOf(connection);
  expect(provider).toHaveBeenCalledTimes(2);
});
