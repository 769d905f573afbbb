/** Metrics and health, on a port of their own: `GET /metrics`, `/health` and `/health/ready`. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { messageOf } from './errors';
import { METRICS_TYPE } from './metrics';

/** What the server asks. */
export interface AdminPorts {
  /** Metrics in Prometheus' text format. */
  readonly metrics: () => Promise<string>;
  /** The ids of the brokers. Rejects when none responds. */
  readonly brokers: () => Promise<readonly number[]>;
}

/** A running server. */
export interface AdminServer {
  /** For example `http://127.0.0.1:8084`. */
  readonly url: string;
  /** Closes all connections. */
  close(): void;
}

interface Reply {
  readonly status: number;
  readonly type: string;
  readonly text: string;
}

const json = (status: number, body: unknown): Reply => ({
  status,
  type: 'application/json',
  text: JSON.stringify(body),
});

async function replyTo(path: string, ports: AdminPorts): Promise<Reply> {
  switch (path) {
    case '/metrics':
      return { status: 200, type: METRICS_TYPE, text: await ports.metrics() };
    case '/health':
      return json(200, { status: 'ok' });
    case '/health/ready':
      try {
        return json(200, { status: 'ready', brokers: (await ports.brokers()).length });
      } catch (error) {
        return json(503, { status: 'no broker responds', cause: messageOf(error) });
      }
    default:
      return json(404, { status: 'not found', expected: ['/metrics', '/health', '/health/ready'] });
  }
}

/**
 * Starts the server.
 *
 * @param port 0 for any free one.
 * @throws Error when the address or port is unavailable.
 */
export async function startAdminServer(host: string, port: number, ports: AdminPorts): Promise<AdminServer> {
  const server: Server = createServer({ requestTimeout: 10_000 }, (request, response) => {
    request.resume();
    response.on('error', () => undefined);
    const [path = ''] = (request.url ?? '').split('?', 1);
    const readable = request.method === 'GET' || request.method === 'HEAD';
    const wanted = readable
      ? replyTo(path, ports)
      : Promise.resolve(json(405, { status: 'method not allowed', expected: ['GET', 'HEAD'] }));
    wanted
      .catch((error: unknown) => json(500, { status: 'failed', cause: messageOf(error) }))
      .then(({ status, type, text }) => {
        response.writeHead(status, { 'content-type': type, 'content-length': Buffer.byteLength(text) });
        response.end(request.method === 'HEAD' ? undefined : text);
      })
      .catch(() => response.destroy());
  });
  server.maxConnections = 20;
  return {
    url: await listen(server, host, port),
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}

/**
 * Makes a server listen.
 *
 * @returns its URL, for example `http://127.0.0.1:8082`.
 * @throws Error when the address or port is unavailable.
 */
export async function listen(server: Server, host: string, port: number): Promise<string> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      resolve();
    });
  });
  const address = server.address() as AddressInfo;
  const shown = address.family === 'IPv6' ? `[${address.address}]` : address.address;
  return `http://${shown}:${address.port}`;
}
