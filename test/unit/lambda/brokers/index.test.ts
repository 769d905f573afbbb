/** The function against a server that answers as MSK does. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { brokersResource } from '../../../../lambda/brokers';

const ARN = 'arn:aws:kafka:us-east-1:123456789012:cluster/mine/0a-1b';
let server: Server;
let answer: Record<string, string>;
const paths: (string | undefined)[] = [];
const environment = { ...process.env };

beforeAll(async () => {
  server = createServer(({ url }, response) => {
    paths.push(url);
    response.setHeader('content-type', 'application/json').end(JSON.stringify(answer));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  Object.assign(process.env, {
    AWS_REGION: 'us-east-1',
    AWS_ENDPOINT_URL: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    AWS_ACCESS_KEY_ID: 'any',
    AWS_SECRET_ACCESS_KEY: 'any',
  });
});
afterAll(async () => {
  process.env = environment;
  await new Promise((resolve) => server.close(resolve));
});

const run = (type: 'Create' | 'Delete' = 'Create'): ReturnType<typeof brokersResource.run> =>
  brokersResource.run({
    type,
    properties: { ClusterArn: ARN },
    deadline: Date.now() + 10_000,
  });

test('gives the brokers for clients with IAM', async () => {
  answer = { bootstrapBrokerStringSaslIam: 'b-1:9098,b-2:9098', bootstrapBrokerStringTls: 'b-1:9094' };
  expect(await run()).toEqual({ data: { BootstrapServers: 'b-1:9098,b-2:9098' } });
  expect(paths.at(-1)).toBe(`/v1/clusters/${encodeURIComponent(ARN)}/bootstrap-brokers`);
});

test('says what to do when there are none', async () => {
  answer = { bootstrapBrokerStringTls: 'b-1:9094' };
  await expect(run()).rejects.toThrow(`The cluster ${ARN} has no brokers for clients with IAM`);
});

test('has nothing to delete', async () => {
  const before = paths.length;
  expect(await run('Delete')).toEqual({ note: 'Nothing had been made.' });
  expect(paths).toHaveLength(before);
});

test('another cluster is another resource', () => {
  expect(brokersResource.physicalId({ ClusterArn: ARN })).not.toBe(
    brokersResource.physicalId({ ClusterArn: `${ARN}2` }),
  );
});
