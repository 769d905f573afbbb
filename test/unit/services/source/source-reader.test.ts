/** What does not need a database; the rest is in test/integration/source-data.test.ts. */
import { once } from 'node:events';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { openSource } from '../../../../services/source/source-reader';

test('closing does not wait for a lost server', async () => {
  const sockets: Socket[] = [];
  const server = createServer((socket) => sockets.push(socket.on('error', () => undefined)));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const source = openSource({ host: '127.0.0.1', port, username: 'me', password: '', dbname: 'posts' });
  const read = source.read([1]).catch((error: unknown) => error);
  while (sockets.length < 3) await once(server, 'connection');
  await source.close();
  for (const socket of sockets) socket.destroy();
  expect(await read).toEqual(expect.any(Error));
  server.close();
});
