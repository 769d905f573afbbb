import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { drive, numberOf, quantile, type Shape } from '../../../../tools/bench/rest-proxy-load';

const SHAPE: Shape = { name: 'test', connections: 3, records: 2, valueBytes: 300 };

let server: Server;
let target: URL;
let bodies: string[];
let respond: (request: number) => { status: number; body: string };

beforeEach(async () => {
  bodies = [];
  respond = () => ({ status: 200, body: '{"offsets":[{"error":null}]}' });
  server = createServer((request, response) => {
    void text(request).then((body) => {
      bodies.push(body);
      const { status, body: answer } = respond(bodies.length);
      response.writeHead(status, { 'content-length': answer.length }).end(answer);
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  target = new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/topics/t`);
});

afterEach(() => {
  server.closeAllConnections();
  server.close();
});

test('every record has a number of its own, and the wanted size', async () => {
  const acknowledged: number[] = [];
  const driven = await drive(target, SHAPE, {
    ...{ seconds: 0.3, firstNumber: 100 },
    onAcknowledged: (first) => acknowledged.push(first),
  });
  const values = bodies.flatMap((body) => {
    const { records } = JSON.parse(body) as { records: { value: unknown }[] };
    return records.map(({ value }) => JSON.stringify(value));
  });
  const numbers = values.map((value) => numberOf(Buffer.from(value)));
  expect(numbers.toSorted((a, b) => a - b)).toEqual(numbers.map((_, index) => 100 + index));
  expect(driven.nextNumber).toBeGreaterThanOrEqual(100 + numbers.length);
  expect(new Set(values.map(({ length }) => length))).toEqual(new Set([300]));
  expect(driven.requests).toBe(acknowledged.length);
  expect(numbers).toEqual(expect.arrayContaining(acknowledged));
});

test('a paced load sends as many requests as wanted, and counts from when each was due', async () => {
  const driven = await drive(target, SHAPE, { seconds: 0.5, perSecond: 100 });
  // A busy machine lets the load run longer than it was told.
  expect(driven.requests).toBeLessThanOrEqual(driven.seconds * 100 + 2);
  expect(driven.requests).toBeGreaterThan(25);
  expect(quantile(driven, 0)).toBeLessThanOrEqual(quantile(driven, 1));
});

test('a failed request, or a failed record in one that succeeds, ends the load, unless it is expected', async () => {
  respond = (request) =>
    request === 5 ? { status: 503, body: '{"error_code":50003}' } : { status: 200, body: '{}' };
  await expect(drive(target, SHAPE, { seconds: 5 })).rejects.toThrow('503 {"error_code":50003}');
  respond = () => ({ status: 200, body: '{"offsets":[{"error":"no"}]}' });
  await expect(drive(target, SHAPE, { seconds: 5 })).rejects.toThrow('"error":"no"');
  const reasons: string[] = [];
  await drive(target, SHAPE, { seconds: 0.1, onFailure: (reason) => reasons.push(reason) });
  expect(reasons.length).toBeGreaterThan(0);
});
