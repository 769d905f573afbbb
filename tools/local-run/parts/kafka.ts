/**
 * The Kafka broker: one KRaft node that is broker and controller.
 */
import { randomBytes } from 'node:crypto';
import { existsSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { Kafka, logLevel } from 'kafkajs';
import { installedParts } from '../install';
import { choosePorts } from '../ports';
import { childEnvironment } from '../../processes/environment';
import { runCommand } from '../../processes/run-command';
import { type KafkaJavaOptions, javaProgram, kafkaJava, propertiesText } from './java';
import { emptyFolder, startPart, type PartOptions, type RunningPart } from './part-process';

/** Options of {@link startKafka}. */
export interface KafkaOptions extends PartOptions, KafkaJavaOptions {
  /** The port for clients and the controller's own port; free ones by default. */
  readonly ports?: { readonly kafka?: number; readonly controller?: number };
  /** Ports to be used again if they are free. */
  readonly preferredPorts?: Readonly<Record<string, number>>;
  /** Makes it one of several brokers. Default: a cluster of its own. */
  readonly member?: {
    /** The number of this broker. */
    readonly nodeId: number;
    /** The controllers' ports on 127.0.0.1, of the brokers 1, 2, …. */
    readonly controllers: readonly number[];
    /** 16 bytes in base64url, not beginning with "-". */
    readonly clusterId: string;
  };
}

/** A running broker. */
export interface RunningKafka extends RunningPart {
  readonly ports: { readonly kafka: number; readonly controller: number };
  /** For clients: `127.0.0.1:<port>`. */
  readonly bootstrapServers: string;
}

const HEAP_MEGABYTES = 512;

/** A new id of a cluster. */
export function newClusterId(): string {
  return `A${randomBytes(16).toString('base64url').slice(1)}`;
}

function brokerProperties(
  data: string,
  kafka: number,
  controller: number,
  { nodeId, controllers }: Omit<NonNullable<KafkaOptions['member']>, 'clusterId'>,
): string {
  const brokers = controllers.length;
  const insync = Math.max(1, brokers - 1);
  return propertiesText({
    'process.roles': 'broker,controller',
    'node.id': nodeId,
    'controller.quorum.voters': controllers.map((port, index) => `${index + 1}@127.0.0.1:${port}`).join(','),
    listeners: `PLAINTEXT://127.0.0.1:${kafka},CONTROLLER://127.0.0.1:${controller}`,
    'advertised.listeners': `PLAINTEXT://127.0.0.1:${kafka}`,
    'controller.listener.names': 'CONTROLLER',
    'listener.security.protocol.map': 'CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT',
    'log.dirs': data,
    'num.partitions': 3,
    'auto.create.topics.enable': false,
    'default.replication.factor': brokers,
    'min.insync.replicas': insync,
    'offsets.topic.replication.factor': brokers,
    'offsets.topic.num.partitions': 3,
    'transaction.state.log.replication.factor': brokers,
    'transaction.state.log.min.isr': insync,
    'share.coordinator.state.topic.replication.factor': brokers,
    'share.coordinator.state.topic.min.isr': insync,
    // Records stay until `npm run reset`, so that the reconciliation can count them.
    'log.retention.ms': -1,
    // Consumers of a single node need not wait for each other.
    'group.initial.rebalance.delay.ms': 0,
    'num.network.threads': 2,
    'num.io.threads': 4,
    'background.threads': 2,
    'log.cleaner.dedupe.buffer.size': 8 * 1024 * 1024,
    'log.cleaner.io.buffer.size': 256 * 1024,
  });
}

/**
 * Starts the broker. Its topics are in `<stateDir>/kafka/data` and survive restarts, also by `kill -9`.
 *
 * @throws Error when a fixed port is taken, or the broker does not become ready.
 */
export async function startKafka(options: KafkaOptions): Promise<RunningKafka> {
  const { stateDir, signal, archiveTo } = options;
  const { kafkaLibs } = installedParts();
  const ports = await choosePorts(['kafka', 'controller'], 'Kafka', options.ports, options.preferredPorts);
  const folder = path.join(stateDir, 'kafka');
  const data = path.join(folder, 'data');
  const config = path.join(folder, 'server.properties');
  const temporary = emptyFolder(path.join(folder, 'tmp'));
  const member = options.member ?? { nodeId: 1, controllers: [ports.controller], clusterId: newClusterId() };
  writeFileSync(config, brokerProperties(data, ports.kafka, ports.controller, member));

  const env = childEnvironment('local');
  if (!existsSync(path.join(data, 'meta.properties'))) {
    const args = ['format', '-t', member.clusterId, '-c', config, '--ignore-formatted'];
    await runCommand(
      javaProgram(),
      kafkaJava(kafkaLibs, 128, temporary, 'kafka.tools.StorageTool', args, { archiveTo }),
      { env, signal },
    );
  }

  const bootstrapServers = `127.0.0.1:${ports.kafka}`;
  const part = await startPart({
    name: 'kafka',
    command: javaProgram(),
    args: kafkaJava(kafkaLibs, HEAP_MEGABYTES, temporary, 'kafka.Kafka', [config], options),
    env,
    cwd: folder,
    stateDir,
    signal,
    ports,
    url: bootstrapServers,
    probe: () => probeBroker(bootstrapServers),
    stopTimeoutMs: 20_000,
  });
  return { ...part, ports, bootstrapServers };
}

/** Asks the broker for its cluster; it must name at least itself. */
export async function probeBroker(bootstrapServers: string): Promise<void> {
  const client = new Kafka({
    clientId: 'local-run-probe',
    brokers: [bootstrapServers],
    logLevel: logLevel.NOTHING,
    connectionTimeout: 2_000,
    requestTimeout: 8_000,
    retry: { retries: 0 },
  });
  const admin = client.admin();
  try {
    await admin.connect();
    const { brokers } = await admin.describeCluster();
    if (brokers.length === 0) throw new Error('the broker has not joined its cluster yet');
  } finally {
    await admin.disconnect();
  }
}
