/**
 * A relay between Kafka Connect and the S3 server: it can act between a successful upload and its response, and be away.
 */
import { createServer, request, type IncomingMessage, type ServerResponse } from 'node:http';

/** A running relay. */
export interface Relay {
  /** Its address, for `s3.endpoint`. */
  readonly url: string;
  /** How many PUTs returned 412: the name was taken. */
  readonly conflicts: number;
  /** Keeps the next PUT back. Resolves, once it has come, with a function that lets it continue to the S3 server. */
  holdNextPut(): Promise<() => void>;
  /** Does something once, after the S3 server stored the next object and before Kafka Connect hears of it. */
  onceStored(action: () => void): Promise<void>;
  /** While true, connections are cut without a response. */
  away: boolean;
  close(): Promise<void>;
}

/** Starts a relay on a free port of 127.0.0.1. */
export async function startRelay(target: string): Promise<Relay> {
  let conflicts = 0;
  let stored: (() => void) | undefined;
  let held: ((release: () => void) => void) | undefined;
  const receive = (incoming: IncomingMessage, outgoing: ServerResponse): void => {
    if (relay.away) {
      incoming.socket.destroy();
    } else if (incoming.method === 'PUT' && held !== undefined) {
      const hold = held;
      held = undefined;
      hold(() => {
        forward(incoming, outgoing);
      });
    } else {
      forward(incoming, outgoing);
    }
  };
  const forward = (incoming: IncomingMessage, outgoing: ServerResponse): void => {
    const to = new URL(incoming.url ?? '/', target);
    const passed = request(to, { method: incoming.method, headers: incoming.headers }, (response) => {
      if (incoming.method === 'PUT' && response.statusCode === 200) {
        const action = stored;
        stored = undefined;
        action?.();
      }
      if (incoming.method === 'PUT' && response.statusCode === 412) conflicts += 1;
      outgoing.writeHead(response.statusCode ?? 502, response.headers);
      response.pipe(outgoing);
    });
    passed.on('error', () => incoming.socket.destroy());
    incoming.pipe(passed);
  };
  const server = createServer(receive);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The relay has no port.');
  const relay: Relay = {
    url: `http://127.0.0.1:${address.port}`,
    get conflicts() {
      return conflicts;
    },
    holdNextPut: () =>
      new Promise((resolve) => {
        held = resolve;
      }),
    away: false,
    onceStored: (action) =>
      new Promise((resolve) => {
        stored = () => {
          action();
          resolve();
        };
      }),
    close: () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve();
        });
        server.closeAllConnections();
      }),
  };
  return relay;
}
