import {
  startAdminServer,
  type AdminPorts,
  type AdminServer,
} from '../../../../services/rest-proxy/admin-server';

let server: AdminServer;
afterEach(() => {
  server.close();
});

const PORTS: AdminPorts = {
  metrics: () => Promise.resolve('up 1\n'),
  brokers: () => Promise.resolve([1, 2]),
};

async function ask(path: string, ports: Partial<AdminPorts> = {}, method = 'GET'): Promise<[number, string]> {
  server = await startAdminServer('127.0.0.1', 0, { ...PORTS, ...ports });
  const response = await fetch(`${server.url}${path}`, { method });
  return [response.status, await response.text()];
}

test.each<[string, number, string, Partial<AdminPorts>?, string?]>([
  ['/metrics', 200, 'up 1\n'],
  ['/metrics?x=1', 200, 'up 1\n'],
  ['/metrics', 200, '', {}, 'HEAD'],
  [
    '/metrics',
    500,
    '{"status":"failed","cause":"no worker"}',
    { metrics: () => Promise.reject(new Error('no worker')) },
  ],
  ['/metrics', 405, '{"status":"method not allowed","expected":["GET","HEAD"]}', {}, 'POST'],
  ['/health', 200, '{"status":"ok"}', { brokers: () => Promise.reject(new Error('away')) }],
  ['/health/ready', 200, '{"status":"ready","brokers":2}'],
  [
    '/health/ready',
    503,
    '{"status":"no broker responds","cause":"away"}',
    { brokers: () => Promise.reject(new Error('away')) },
  ],
  ['/', 404, '{"status":"not found","expected":["/metrics","/health","/health/ready"]}'],
])('%s is %i', async (path, status, text, ports = {}, method = 'GET') => {
  expect(await ask(path, ports, method)).toEqual([status, text]);
});

test('a port that is taken is an error that names it', async () => {
  server = await startAdminServer('127.0.0.1', 0, PORTS);
  const port = Number(new URL(server.url).port);
  await expect(startAdminServer('127.0.0.1', port, PORTS)).rejects.toMatchObject({
    code: 'EADDRINUSE',
    port,
  });
});
