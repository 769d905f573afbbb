/**
 * The Kafka REST proxy, as it is shipped: one bundled file.
 */
import { installedParts } from '../install';
import { choosePorts } from '../ports';
import { childEnvironment } from '../../processes/environment';
import { httpProbe, startPart, type PartOptions, type RunningPart } from './part-process';

/** Options of {@link startRestProxy}. */
export interface RestProxyOptions extends PartOptions {
  readonly bootstrapServers: string;
  /** The topics that it serves, see its option `--topics`. Default: every one. */
  readonly topics?: string;
  /** The ports of requests, and of metrics and health; free ones by default. */
  readonly ports?: { readonly restProxy?: number; readonly restProxyAdmin?: number };
  /** Ports to be used again if they are free. */
  readonly preferredPorts?: Readonly<Record<string, number>>;
  /** Further arguments of the proxy, for example `['--delivery-timeout-ms', '2000']`. */
  readonly args?: readonly string[];
}

/** A running proxy. */
export interface RunningRestProxy extends RunningPart {
  readonly ports: { readonly restProxy: number; readonly restProxyAdmin: number };
}

/**
 * Starts the proxy and waits until it reaches the brokers.
 *
 * @throws Error when a fixed port is taken, or it does not become ready.
 */
export async function startRestProxy(options: RestProxyOptions): Promise<RunningRestProxy> {
  const { stateDir, signal, bootstrapServers } = options;
  const names = ['restProxy', 'restProxyAdmin'] as const;
  const ports = await choosePorts(names, 'the REST proxy', options.ports, options.preferredPorts);
  const url = `http://127.0.0.1:${ports.restProxy}`;
  const part = await startPart({
    name: 'rest-proxy',
    command: process.execPath,
    args: [
      '--enable-source-maps',
      installedParts().restProxyBundle,
      '--bootstrap-servers',
      bootstrapServers,
      '--port',
      String(ports.restProxy),
      '--admin-port',
      String(ports.restProxyAdmin),
      '--topics',
      options.topics ?? '*',
      ...(options.args ?? []),
    ],
    env: childEnvironment('local'),
    stateDir,
    signal,
    ports,
    url,
    probe: httpProbe(`${url}/topics`),
    stopTimeoutMs: 20_000,
  });
  return { ...part, ports };
}
