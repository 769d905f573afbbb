import type { CloudFormationCustomResourceEvent } from 'aws-lambda';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  handleCustomResource,
  putAnswer,
  type CustomResource,
  type ResourceAnswer,
} from '../../../lambda/custom-resource';

/** A server that takes answers as CloudFormation's bucket does, after failing `failures` times. */
let server: Server;
let url: string;
let failures: number;
let taken: { type: string | undefined; answer: ResourceAnswer }[];

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
        taken.push({ type: request.headers['content-type'], answer: JSON.parse(text) as ResourceAnswer });
        response.end();
      }
    });
  }).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/answer`;
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
  run: ({ type, properties, oldProperties }) =>
    Promise.resolve({ note: `${type} ${String(properties.Name)} after ${String(oldProperties?.Name)}` }),
};

const failing = (message: string): CustomResource => ({
  ...thing,
  run: () => Promise.reject(new Error(message)),
});

async function answerTo(
  asked: CloudFormationCustomResourceEvent,
  resource: CustomResource,
  remainingMs = 60_000,
): Promise<ResourceAnswer> {
  await handleCustomResource(asked, { getRemainingTimeInMillis: () => remainingMs }, resource, (to, answer) =>
    putAnswer(to, answer, 1),
  );
  expect(taken).toHaveLength(1);
  const [first] = taken;
  if (first === undefined) throw new Error('no answer');
  // The URL is signed without a content type.
  expect(first.type ?? '').toBe('');
  return first.answer;
}

test('answers what was asked, with the thing as identity', async () => {
  expect(await answerTo(event('Update'), thing)).toEqual({
    Status: 'SUCCESS',
    Reason: 'Update x after old',
    PhysicalResourceId: 'thing-x',
    StackId: 'stack',
    RequestId: 'request',
    LogicalResourceId: 'logical',
    Data: {},
  });
});

test('an update that makes another thing has another identity, unless it fails', async () => {
  expect(await answerTo(event('Update', { Name: 'y' }), thing)).toMatchObject({
    PhysicalResourceId: 'thing-y',
  });
  taken = [];
  expect(await answerTo(event('Update', { Name: 'y' }), failing('no'))).toMatchObject({
    Status: 'FAILED',
    Reason: 'no',
    PhysicalResourceId: 'thing-x',
  });
});

test('what could not even be named is deleted without a word to the handler', async () => {
  const failed = await answerTo(event('Create', {}), thing);
  expect(failed).toMatchObject({ Status: 'FAILED', Reason: 'The property Name is missing.' });
  taken = [];
  expect(await answerTo(event('Delete', {}, failed.PhysicalResourceId), failing('no'))).toMatchObject({
    Status: 'SUCCESS',
    PhysicalResourceId: failed.PhysicalResourceId,
  });
});

test('a long reason is cut between characters', async () => {
  const { Reason } = await answerTo(event('Create'), failing('é😀'.repeat(2000)));
  expect(Buffer.byteLength(Reason)).toBeLessThanOrEqual(1500);
  expect(Reason).toMatch(/^(é😀)+é?…$/u);
});

test('answers before the time-out of a handler that hangs', async () => {
  const started = Date.now();
  const hanging: CustomResource = { ...thing, run: () => new Promise(() => undefined) };
  const answer = await answerTo(event('Create'), hanging, 400);
  expect(answer).toMatchObject({ Status: 'FAILED', PhysicalResourceId: 'thing-x' });
  expect(answer.Reason).toContain('ran out of time');
  expect(Date.now() - started).toBeLessThan(5000);
});

test('gives the work a deadline before the time-out', async () => {
  let deadline = 0;
  const started = Date.now();
  await answerTo(
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

test('sends the answer again, and fails when it is never taken', async () => {
  failures = 3;
  expect(await answerTo(event('Create'), thing)).toMatchObject({ Status: 'SUCCESS' });
  failures = 100;
  taken = [];
  await expect(answerTo(event('Create'), thing)).rejects.toThrow(
    'did not take the answer in 4 attempts: status 503',
  );
});
