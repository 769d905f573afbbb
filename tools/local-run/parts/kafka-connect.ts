/**
 * Kafka Connect: one distributed worker, which loads the S3 sink plugin.
 */
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { installedParts } from '../install';
import { choosePorts } from '../ports';
import { childEnvironment } from '../../processes/environment';
import { type KafkaJavaOptions, javaProgram, kafkaJava, propertiesText } from './java';
import { emptyFolder, httpProbe, startPart, type PartOptions, type RunningPart } from './part-process';

/** Options of {@link startKafkaConnect}. */
export interface KafkaConnectOptions extends PartOptions, KafkaJavaOptions {
  readonly bootstrapServers: string;
  /** The port of the REST interface; a free one by default. */
  readonly ports?: { readonly connect?: number };
  /** Ports to be used again if they are free. */
  readonly preferredPorts?: Readonly<Record<string, number>>;
  /** Folders that hold plugin folders, separated by commas; the installed S3 sink by default. */
  readonly pluginPath?: string;
  /** Environment for the plugins, for example `AWS_ACCESS_KEY_ID` and `AWS_ENDPOINT_URL`. */
  readonly env?: Readonly<Record<string, string>>;
}

/** A running worker; `url` is its REST address. */
export interface RunningKafkaConnect extends RunningPart {
  readonly ports: { readonly connect: number };
}

const MAIN = 'org.apache.kafka.connect.cli.ConnectDistributed';
const HEAP_MEGABYTES = 384;
/** A worker or a task that was killed is missed after this time; the shortest the broker allows. */
const SESSION_TIMEOUT_MS = 6_000;

/**
 * Starts the worker. Connectors, their offsets and states are in the broker's topics `connect-configs`,
 * `connect-offsets`, `connect-status`.
 *
 * @throws Error when a fixed port is taken, or the worker does not become ready.
 */
export async function startKafkaConnect(options: KafkaConnectOptions): Promise<RunningKafkaConnect> {
  const { stateDir, signal, bootstrapServers } = options;
  const { kafkaLibs, connectorPluginPath } = installedParts();
  const ports = await choosePorts(['connect'], 'Kafka Connect', options.ports, options.preferredPorts);
  const url = `http://127.0.0.1:${ports.connect}`;
  const folder = path.join(stateDir, 'kafka-connect');
  const config = path.join(folder, 'worker.properties');
  const temporary = emptyFolder(path.join(folder, 'tmp'));
  writeFileSync(
    config,
    propertiesText({
      'bootstrap.servers': bootstrapServers,
      'group.id': 'local-connect',
      'config.storage.topic': 'connect-configs',
      'offset.storage.topic': 'connect-offsets',
      'status.storage.topic': 'connect-status',
      'config.storage.replication.factor': 1,
      'offset.storage.replication.factor': 1,
      'status.storage.replication.factor': 1,
      'offset.storage.partitions': 1,
      'status.storage.partitions': 1,
      'key.converter': 'org.apache.kafka.connect.storage.StringConverter',
      'value.converter': 'org.apache.kafka.connect.converters.ByteArrayConverter',
      // Plugins without a manifest need the slower search through all their classes.
      'plugin.discovery': options.pluginPath === undefined ? 'service_load' : 'hybrid_warn',
      'plugin.path': options.pluginPath ?? connectorPluginPath,
      listeners: url,
      'rest.advertised.host.name': '127.0.0.1',
      'rest.advertised.port': ports.connect,
      'session.timeout.ms': SESSION_TIMEOUT_MS,
      'heartbeat.interval.ms': 2_000,
      'consumer.session.timeout.ms': SESSION_TIMEOUT_MS,
      'consumer.heartbeat.interval.ms': 2_000,
      // The only worker there is: nothing is gained by waiting for another.
      'scheduled.rebalance.max.delay.ms': 0,
      'offset.flush.interval.ms': 3_000, // How late a stored record may be seen as stored.
      'task.shutdown.graceful.timeout.ms': 10_000,
      'connector.client.config.override.policy': 'All',
      // For plugins that take AWS keys by configuration only: `${env:AWS_ACCESS_KEY_ID}`.
      'config.providers': 'env',
      'config.providers.env.class': 'org.apache.kafka.common.config.provider.EnvVarConfigProvider',
      'config.providers.env.param.allowlist.pattern': 'AWS_.*',
    }),
  );
  const part = await startPart({
    name: 'kafka-connect',
    command: javaProgram(),
    args: kafkaJava(kafkaLibs, HEAP_MEGABYTES, temporary, MAIN, [config], options),
    env: childEnvironment('local', options.env),
    cwd: folder,
    stateDir,
    signal,
    ports,
    url,
    probe: httpProbe(`${url}/health`),
    // Mostly two seconds, but it may wait more than 60 for its last status records to be acknowledged (KafkaBasedLog.stop).
    stopTimeoutMs: 90_000,
  });
  return { ...part, ports };
}
