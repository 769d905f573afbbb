/**
 * Ports on 127.0.0.1.
 */
import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';

/** What the ports of a local run are for. */
export const PORT_NAMES = [
  ...['kafka', 'controller', 'connect', 'mariadb', 'ministack', 'restProxy', 'restProxyAdmin', 'page'],
] as const;

/** One of {@link PORT_NAMES}. */
export type PortName = (typeof PORT_NAMES)[number];

/** Whether a port on 127.0.0.1 can be listened on now. */
export function isPortFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => {
      resolve(false);
    });
    server.listen({ host: '127.0.0.1', port, exclusive: true }, () => {
      server.close(() => {
        resolve(true);
      });
    });
  });
}

/** Ports handed out by this process, which a part may not have begun to listen on. */
const handedOut = new Set<number>();

/**
 * A port on 127.0.0.1 that is free and that this process has not handed out before. Below the ephemeral ports of Linux and macOS,
 * one of which any outgoing connection could take before the part listens.
 */
export async function freePort(): Promise<number> {
  for (let attempt = 0; attempt < 100; attempt += 1) {
    const port = randomInt(10_000, 32_768);
    if (handedOut.has(port) || !(await isPortFree(port))) continue;
    handedOut.add(port);
    return port;
  }
  throw new Error('No free port was found on 127.0.0.1 in 100 attempts.');
}

/**
 * Chooses ports.
 *
 * @param names what the ports are for.
 * @param wanted ports that must be used, by name; the others are free ones.
 * @param preferred ports to be used again if they are free, by name.
 * @param owner what asks, for the error message.
 * @throws Error naming a wanted port that another program listens on.
 */
export async function choosePorts<Name extends string>(
  names: readonly Name[],
  owner: string,
  wanted: Partial<Readonly<Record<Name, number>>> = {},
  preferred: Partial<Readonly<Record<string, number>>> = {},
): Promise<Record<Name, number>> {
  const chosen: Partial<Record<Name, number>> = {};
  for (const name of names) {
    const port = wanted[name];
    const before = preferred[name];
    if (port !== undefined) {
      if (!(await isPortFree(port))) {
        throw new Error(
          `Port ${port}, wanted for ${owner} (${name}), is taken by another program. Stop that program, choose another port, or leave the choice to the local run.`,
        );
      }
      chosen[name] = port;
    } else {
      chosen[name] =
        before !== undefined && (await isPortFree(before)) && !Object.values(chosen).includes(before)
          ? before
          : await freePort();
    }
  }
  return chosen as Record<Name, number>;
}
