import type { CloudFormationCustomResourceEvent, CloudFormationCustomResourceResponse } from 'aws-lambda';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { handleCustomResource, type CustomResource } from '../../../lambda/custom-resource';

type Response = CloudFormationCustomResourceResponse;

/** A server that takes responses as CloudFormation's bucket does, after failing `failures` times. */
let server: Server;
let url: string;
let failures: number;
let taken: { type: string | undefined; response: Response }[];

beforeEach(async () => {
  failures = 0;
  taken = [];
  jest.spyOn(console, 'log').mockImplementation(() => undefined);
  server = createServer((request, response) => {
    let text = '';
    request.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
    request.on('end', () => {
      failures -= 1;
      if (failures >= 0) response.writeHead(503).end();
      else {
        taken.push({ type: request.headers['content-type'], response: JSON.parse(text) as Response });
        response.end();
      }
    });
  }).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/response`;
});
afterEach(async () => {
  await new Promise((resolve) => {
    server.close(resolve);
    server.closeAllConnections();
  });
});

function event(
  type: 'Create' | 'Update' | 'Delete',
  properties: Record<string, string> = { Name: 'x' },
  id = 'thing-x',
): CloudFormationCustomResourceEvent {
  const common = {
    ServiceToken: 's',
    ResponseURL: url,
    StackId: 'stack',
    RequestId: 'request',
    LogicalResourceId: 'logical',
    ResourceType: 'Custom::X',
    ResourceProperties: { ServiceToken: 's', ...properties },
  };
  if (type === 'Create') return { ...common, RequestType: type };
  if (type === 'Delete') return { ...common, RequestType: type, PhysicalResourceId: id };
  return {
    ...common,
    RequestType: type,
    PhysicalResourceId: id,
    OldResourceProperties: { ServiceToken: 's', Name: 'old' },
  };
}

const thing: CustomResource = {
  physicalId: ({ Name }) => {
    if (typeof Name !== 'string') throw new Error('The property Name is missing.');
    return `thing-${Name}`;
  },
  run: ({ type, properties }) =>
    Promise.resolve({ note: `${type} ${String(properties.Name)}`, data: { a: '1' } }),
};

const failing = (message: string): CustomResource => ({
  ...thing,
  run: () => Promise.reject(new Error(message)),
});

async function responseTo(
  asked: CloudFormationCustomResourceEvent,
  resource: CustomResource,
  remainingMs = 60_000,
): Promise<Response> {
  await handleCustomResource(asked, { getRemainingTimeInMillis: () => remainingMs }, resource, 1);
  expect(taken).toHaveLength(1);
  const [first] = taken;
  if (first === undefined) throw new Error('no response');
  // The URL is signed without a content type.
  expect(first.type ?? '').toBe('');
  return first.response;
}

test('responds to what was asked, with the thing as identity', async () => {
  expect(await responseTo(event('Update'), thing)).toEqual({
    Status: 'SUCCESS',
    Reason: 'Update x',
    PhysicalResourceId: 'thing-x',
    StackId: 'stack',
    RequestId: 'request',
    LogicalResourceId: 'logical',
    Data: { a: '1' },
  });
});

test('an update that makes another thing has another identity, unless it fails', async () => {
  expect(await responseTo(event('Update', { Name: 'y' }), thing)).toMatchObject({
    PhysicalResourceId: 'thing-y',
  });
  taken = [];
  expect(await responseTo(event('Update', { Name: 'y' }), failing('no'))).toMatchObject({
    Status: 'FAILED',
    Reason: 'no',
    PhysicalResourceId: 'thing-x',
  });
});

test('what could not even be named is deleted without a word to the handler', async () => {
  const failed = await responseTo(event('Create', {}), thing);
  expect(failed).toMatchObject({ Status: 'FAILED', Reason: 'The property Name is missing.' });
  taken = [];
  expect(await responseTo(event('Delete', {}, failed.PhysicalResourceId), failing('no'))).toMatchObject({
    Status: 'SUCCESS',
    PhysicalResourceId: failed.PhysicalResourceId,
  });
});

test('a long reason is cut to what CloudFormation takes', async () => {
  const response = await responseTo(event('Create'), failing('é😀"'.repeat(2000)));
  expect(Buffer.byteLength(JSON.stringify(response))).toBeLessThanOrEqual(4096);
  expect(response.Reason).toMatch(/^(é😀")+/);
});

test('responds before the time-out of a handler that hangs', async () => {
  const started = Date.now();
  const hanging: CustomResource = { ...thing, run: () => new Promise(() => undefined) };
  const response = await responseTo(event('Create'), hanging, 400);
  expect(response).toMatchObject({ Status: 'FAILED', PhysicalResourceId: 'thing-x' });
  expect(response.Reason).toContain('ran out of time');
  expect(Date.now() - started).toBeLessThan(5000);
});

test('gives the work a deadline before the time-out', async () => {
  let deadline = 0;
  const started = Date.now();
  await responseTo(
    event('Create'),
    {
      ...thing,
      run: (request) => {
        deadline = request.deadline;
        return Promise.resolve({});
      },
    },
    60_000,
  );
  expect(deadline - started).toBeGreaterThan(40_000);
  expect(deadline - started).toBeLessThan(56_000);
});

test('sends the response again, and fails when it is never taken', async () => {
  failures = 3;
  expect(await responseTo(event('Create'), thing)).toMatchObject({ Status: 'SUCCESS' });
  failures = 100;
  taken = [];
  await expect(responseTo(event('Create'), thing)).rejects.toThrow(
    'did not take the response in 4 attempts: status 503',
  );
});
