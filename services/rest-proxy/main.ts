/**
 * The proxy's entry point: reads flags and environment, runs until SIGTERM or SIGINT, in this process or in workers.
 *
 * Exit codes: 0 stopped by a signal, 1 failed (for example the port is in use), 2 invalid configuration.
 */
import cluster from 'node:cluster';
import { writeSync } from 'node:fs';
import { CommanderError } from 'commander';
import { startAdminServer } from './admin-server';
import { messageOf } from './errors';
import { createLog } from './log';
import { workersMetrics } from './metrics';
import { readOptions, type ProxyOptions } from './options';
import { createMetadata, startProxy } from './service';
import { runWorkers, workerOptions } from './workers';

function configure(): ProxyOptions | undefined {
  try {
    return readOptions(process.argv.slice(2));
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    process.exitCode = error.exitCode === 0 ? 0 : 2;
    return undefined;
  }
}

async function run(options: ProxyOptions): Promise<void> {
  const log = createLog(options.logLevel, (line) => {
    process.stdout.write(line);
  });
  // A closed stdout must not end the proxy.
  process.stdout.on('error', () => undefined);
  if (options.workers > 1 && cluster.isPrimary) {
    const metadata = createMetadata(options, log);
    const admin = await startAdminServer(options.adminHost, options.adminPort, {
      metrics: workersMetrics(),
      brokers: () => metadata.brokers(),
    });
    log('info', 'starting workers', { adminUrl: admin.url, workers: options.workers });
    runWorkers(options.workers, log);
    return;
  }
  const proxy = await startProxy(workerOptions(options), log);
  const stop = (): void => {
    void proxy.stop().then(() => process.exit(0));
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
  // kafkajs has promises that nothing awaits; the attempt that they belong to sees their failures.
  process.on('unhandledRejection', (reason) => {
    log('error', 'unhandled rejection', { error: reason instanceof Error ? reason.stack : String(reason) });
  });
}

const options = configure();
if (options !== undefined)
  run(options).catch((error: unknown) => {
    const { code, port, address } = error as NodeJS.ErrnoException & { port?: number; address?: string };
    const admin = port === options.adminPort && port !== options.port;
    const host = address ?? options.host;
    const text =
      code === 'EADDRINUSE'
        ? `port ${port ?? options.port} on ${host} is in use: choose another with ${admin ? '--admin-port' : '--port'}, or stop the process that uses it.`
        : code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND'
          ? `the address ${host} is not one of this machine's; choose another with ${admin ? '--admin-host' : '--host'}.`
          : messageOf(error);
    writeSync(2, `rest-proxy: cannot start: ${text}\n`);
    process.exit(1);
  });
