import { createServer, type Server } from 'node:net';
import { choosePorts, freePort, isPortFree } from '../../../../tools/local-run/ports';

describe('ports', () => {
  let server: Server;
  let taken: number;

  beforeEach(async () => {
    taken = await freePort();
    server = createServer().listen({ host: '127.0.0.1', port: taken });
    await new Promise((resolve) => server.once('listening', resolve));
  });

  afterEach(async () => {
    await new Promise((resolve) => server.close(resolve));
  });

  test('know one that is taken from one that is free', async () => {
    expect(await isPortFree(taken)).toBe(false);
    expect(await isPortFree(await freePort())).toBe(true);
  });

  test('are never handed out twice', async () => {
    const ports = await Promise.all(Array.from({ length: 50 }, () => freePort()));
    expect(new Set(ports).size).toBe(50);
  });

  test('that are wanted are used, the others are free ones', async () => {
    const wanted = await freePort();
    const ports = await choosePorts(['a', 'b'], 'the test', { a: wanted });
    expect(ports.a).toBe(wanted);
    expect(ports.b).not.toBe(wanted);
    expect(await isPortFree(ports.b)).toBe(true);
  });

  test('that are wanted and taken are refused by name', async () => {
    await expect(choosePorts(['a'], 'the test', { a: taken })).rejects.toThrow(
      `Port ${taken}, wanted for the test (a), is taken by another program.`,
    );
  });

  test('of the last time are used again if they are free', async () => {
    const before = await freePort();
    const ports = await choosePorts(['a', 'b'], 'the test', {}, { a: before, b: taken });
    expect(ports.a).toBe(before);
    expect(ports.b).not.toBe(taken);
  });

  test('of the last time are not given to two', async () => {
    const before = await freePort();
    const ports = await choosePorts(['a', 'b'], 'the test', {}, { a: before, b: before });
    expect(ports.a).toBe(before);
    expect(ports.b).not.toBe(before);
  });
});
