/**
 * Several processes behind one port: the first process hands each new connection to the next of its workers. Each worker is a
 * whole proxy with producers of its own, so a client that waits for a response before it sends the next record of a post
 * gets them in order, whichever workers serve it.
 */
import cluster, { type Worker } from 'node:cluster';
import type { Log } from './log';
import type { ProxyOptions } from './options';

/** A worker that fails at once is not replaced more often than this. */
const REPLACE_AFTER_MS = 1000;

/** The options of one worker: together they have the limits of one proxy. */
export function workerOptions<
  T extends Pick<ProxyOptions, 'workers' | 'maxBytesInFlight' | 'maxBodyBytes' | 'maxConnections'>,
>(options: T): T {
  const { workers, maxBytesInFlight, maxBodyBytes, maxConnections } = options;
  return {
    ...options,
    // The largest body must still be taken.
    maxBytesInFlight: Math.max(maxBodyBytes, Math.floor(maxBytesInFlight / workers)),
    maxConnections: Math.ceil(maxConnections / workers),
  };
}

/**
 * Runs the workers until SIGTERM or SIGINT, which they get, too. A worker that ends by itself is replaced, except at the
 * start: when the first ones cannot listen, the process ends with their exit code.
 */
export function runWorkers(count: number, log: Log): void {
  let stopping = false;
  const start = (): void => {
    if (stopping) return;
    const worker = cluster.fork();
    let listened = false;
    worker.once('listening', () => {
      listened = true;
    });
    worker.once('exit', (code, signal) => {
      if (stopping) {
        if (Object.keys(cluster.workers ?? {}).length === 0) process.exit(0);
        return;
      }
      if (!listened && code > 0) process.exit(code);
      log('error', 'a worker has ended and is replaced', { pid: worker.process.pid, code, signal });
      setTimeout(start, REPLACE_AFTER_MS);
    });
  };
  const stop = (signal: NodeJS.Signals): void => {
    stopping = true;
    const workers = Object.values(cluster.workers ?? {}).filter(
      (worker): worker is Worker => worker !== undefined,
    );
    if (workers.length === 0) process.exit(0);
    for (const worker of workers) worker.process.kill(signal);
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
  for (let index = 0; index < count; index += 1) start();
}
