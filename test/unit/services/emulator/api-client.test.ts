import { createHash, createHmac } from 'node:crypto';
import { createApiClient, parseRetryAfter, type ApiRequest } from '../../../../services/emulator/api-client';
import { startScriptedApi, type ArrivedRequest } from './scripted-api';

const credentials = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'wJalr', sessionToken: 'TOKEN' };

const post = (topic: string, body: string): ApiRequest => ({
  method: 'POST',
  path: `/topics/${topic}`,
  contentType: 'application/vnd.kafka.json.v2+json',
  body,
});

/** Signature Version 4 computed from AWS's description, independently of the library under test. */
function expectedSignature({ method, path, headers, body }: ArrivedRequest): string {
  const [, scope = '', names = ''] =
    /Credential=AKIDEXAMPLE\/(\S+), SignedHeaders=(\S+),/.exec(headers.authorization ?? '') ?? [];
  const sha = (text: string): string => createHash('sha256').update(text).digest('hex');
  const hmac = (key: string | Buffer, text: string): Buffer =>
    createHmac('sha256', key).update(text).digest();
  const canonicalHeaders = names.split(';').map((name) => `${name}:${String(headers[name])}\n`);
  const canonical = [method, path, '', canonicalHeaders.join(''), names, sha(body)].join('\n');
  const toSign = ['AWS4-HMAC-SHA256', headers['x-amz-date'], scope, sha(canonical)].join('\n');
  const key = scope.split('/').reduce<string | Buffer>((last, part) => hmac(last, part), 'AWS4wJalr');
  return hmac(key, toSign).toString('hex');
}

test.each<ApiRequest>([
  post('me.pin', '{"records":[{"key":1,"value":{"title":"🎃"}}]}'),
  {
    method: 'PUT',
    path: '/streams/streaming-me-pin/records',
    contentType: 'application/json',
    body: '{"records":[{"data":{"title":"🎃"},"partition-key":"1"}]}',
  },
])('requests are signed for execute-api, and a changed body would not pass: $method $path', async (sent) => {
  const api = await startScriptedApi();
  const client = createApiClient({ apiUrl: `${api.url}/`, region: 'eu-west-1', credentials });
  await client.request(sent);
  client.close();
  await api.close();
  const [request] = api.requests as [ArrivedRequest];
  expect(request).toMatchObject({ method: sent.method, path: `/v1${sent.path}`, body: sent.body });
  expect(request.headers).toMatchObject({
    'content-type': sent.contentType,
    'x-amz-security-token': 'TOKEN',
    host: new URL(api.url).host,
  });
  const { authorization = '' } = request.headers;
  expect(authorization).toMatch(/\/eu-west-1\/execute-api\/aws4_request, SignedHeaders=content-type;host;/);
  const signature = authorization.slice(authorization.indexOf('Signature=') + 10);
  expect(signature).toBe(expectedSignature(request));
  expect(signature).not.toBe(expectedSignature({ ...request, body: `${request.body} ` }));
});

test('an API key is sent, and signed with the other headers', async () => {
  const api = await startScriptedApi();
  const options = { apiUrl: api.url, region: 'eu-west-1', credentials };
  for (const apiKey of ['the key', undefined]) {
    const client = createApiClient({ ...options, apiKey });
    await client.request(post('me.pin', '{"records":[]}'));
    client.close();
  }
  await api.close();
  const [withKey, without] = api.requests as [ArrivedRequest, ArrivedRequest];
  expect([withKey.headers['x-api-key'], without.headers['x-api-key']]).toEqual(['the key', undefined]);
  expect(withKey.headers.authorization).toMatch(/SignedHeaders=[\w;-]*;x-api-key,/);
  expect(withKey.headers.authorization).toContain(`Signature=${expectedSignature(withKey)}`);
});

test('connections stay open', async () => {
  const api = await startScriptedApi();
  const client = createApiClient({ apiUrl: api.url, region: 'us-east-1', credentials });
  for (let i = 0; i < 5; i++) await client.request(post('p.pin', '{"records":[]}'));
  client.close();
  await api.close();
  expect(api.requests).toHaveLength(5);
  expect(api.connections()).toBe(1);
});

test.each(['', 'example.com/v1', 'ftp://x/y', 'http://x/y?z=1'])('refuses the URL %p', (apiUrl) => {
  expect(() => createApiClient({ apiUrl, region: 'us-east-1', credentials })).toThrow(
    /The API's URL .* cannot be used/,
  );
});

test('the region comes from the environment or the host name, or is required', () => {
  const { AWS_REGION, AWS_DEFAULT_REGION } = process.env;
  delete process.env.AWS_REGION;
  delete process.env.AWS_DEFAULT_REGION;
  try {
    const open = (apiUrl: string): void => {
      createApiClient({ apiUrl, credentials }).close();
    };
    expect(() => {
      open('http://127.0.0.1:1/v1');
    }).toThrow(/set AWS_REGION/);
    expect(() => {
      open('https://abc.execute-api.eu-west-3.amazonaws.com/prod');
    }).not.toThrow();
    process.env.AWS_DEFAULT_REGION = 'us-east-1';
    expect(() => {
      open('http://127.0.0.1:1/v1');
    }).not.toThrow();
  } finally {
    Object.assign(process.env, AWS_REGION === undefined ? {} : { AWS_REGION });
    if (AWS_DEFAULT_REGION === undefined) delete process.env.AWS_DEFAULT_REGION;
    else process.env.AWS_DEFAULT_REGION = AWS_DEFAULT_REGION;
  }
});

test('Retry-After is seconds or a date', () => {
  const now = Date.parse('2026-01-01T00:00:00Z');
  expect(parseRetryAfter('7')).toBe(7000);
  expect(parseRetryAfter('Thu, 01 Jan 2026 00:00:05 GMT', now)).toBe(5000);
  expect(parseRetryAfter('Thu, 01 Jan 2020 00:00:05 GMT', now)).toBe(0);
  expect(parseRetryAfter('soon')).toBeUndefined();
  expect(parseRetryAfter(undefined)).toBeUndefined();
});
