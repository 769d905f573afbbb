/**
 * Starts all parts of a pipeline under supervision and keeps `run.json` true.
 */
import { localAws } from './local-deployment';
import type { AwsClientConfig } from '../pipeline/deployment';
import { awsVariables } from '../pipeline/deployment';
import type { Output } from './output';
import { startKafka } from './parts/kafka';
import { startKafkaConnect } from './parts/kafka-connect';
import { startMariaDb, type RunningMariaDb } from './parts/mariadb';
import { startMiniStack, type RunningMiniStack } from './parts/ministack';
import type { PartOptions, RunningPart } from './parts/part-process';
import { startRestProxy } from './parts/rest-proxy';
import { choosePorts, PORT_NAMES, type PortName } from './ports';
import { guardian } from '../processes/guardian';
import { startTime } from '../processes/identity.cjs';
import { takeAskedEnd } from './state/asked-end';
import { writeRunFile } from './state/run-file';
import type { State } from './state/state-folder';
import { Supervisor } from './supervisor';

/** The region of the local AWS. */
export const LOCAL_REGION = 'us-east-1';
const HOST = '127.0.0.1';

/** The parts: those that use others stop first. */
export const STOP_ORDER = [
  ['kafka-connect', 'rest-proxy'],
  ['ministack', 'mariadb', 'kafka'],
];

/** Where the parts of a pipeline are, or will be. */
export interface Endpoints {
  readonly ports: Readonly<Record<PortName, number>>;
  readonly aws: AwsClientConfig;
  readonly bootstrapServers: string;
  readonly connectUrl: string;
  readonly restProxyUrl: string;
  readonly databaseHost: string;
}

/**
 * Chooses the ports, before anything runs: what is deployed depends on them only.
 *
 * @throws Error naming a fixed port that is taken, and what it is for.
 */
export async function chooseEndpoints(
  state: State,
  fixed: Partial<Readonly<Record<PortName, number>>>,
): Promise<Endpoints> {
  const before: Partial<Record<string, number>> = { ...state.file.ports };
  for (const port of Object.values(fixed)) {
    for (const name of PORT_NAMES) if (before[name] === port) before[name] = undefined;
  }
  const ports = await choosePorts(PORT_NAMES, 'the local run', fixed, before);
  state.savePorts(ports);
  const endpointUrl = `http://${HOST}:${ports.ministack}`;
  return {
    ports,
    aws: localAws({ region: LOCAL_REGION, endpointUrl, accessKeyId: state.file.accessKeyId }),
    bootstrapServers: `${HOST}:${ports.kafka}`,
    connectUrl: `http://${HOST}:${ports.connect}`,
    restProxyUrl: `http://${HOST}:${ports.restProxy}`,
    databaseHost: HOST,
  };
}

/** All parts of one pipeline. */
export class LocalParts {
  readonly supervisor: Supervisor;
  private readonly startedAt = new Date().toISOString();

  constructor(
    private readonly state: State,
    readonly endpoints: Endpoints,
    private readonly output: Output,
    onFailure: (error: Error) => void,
    /** How often a part may be started again within five minutes. */
    restarts: number,
    /** Kafka Connect's `plugin.path`; the S3 sink built here by default. */
    private readonly pluginPath?: string,
  ) {
    const events = {
      onLine: (text: string): void => {
        output.line(text);
      },
      onChange: (parts: readonly RunningPart[]): void => {
        this.writeRunFile(parts);
      },
      onFailure,
      wasAskedFor: (part: RunningPart): boolean => takeAskedEnd(state.folder, part),
    };
    this.supervisor = new Supervisor(events, restarts);
    this.writeRunFile([]);
  }

  /** Starts MariaDB. */
  startMariaDb(): Promise<RunningMariaDb> {
    return this.startOne('MariaDB', 'mariadb', (options) => startMariaDb({ ...options }));
  }

  /** Starts the local AWS. */
  startMiniStack(): Promise<RunningMiniStack> {
    return this.startOne('MiniStack (local AWS)', 'ministack', (options) => startMiniStack({ ...options }));
  }

  /** Starts the broker, then what needs it: Kafka Connect and the REST proxy at the same time. */
  async startKafkaAndClients(): Promise<void> {
    const { bootstrapServers, aws } = this.endpoints;
    await this.startOne('Kafka', 'kafka', (options) => startKafka(options));
    await Promise.all([
      this.startOne('Kafka Connect', 'connect', (options) =>
        startKafkaConnect({
          ...options,
          bootstrapServers,
          pluginPath: this.pluginPath,
          env: awsVariables(aws),
        }),
      ),
      this.startOne('REST proxy', 'restProxy', (options) =>
        startRestProxy({ ...options, bootstrapServers, topics: `${this.state.file.userId}.*` }),
      ),
    ]);
  }

  /** The local AWS as it runs now. */
  miniStack(): RunningMiniStack {
    return this.supervisor.current('ministack') as RunningMiniStack;
  }

  /** The database server as it runs now. */
  mariaDb(): RunningMariaDb {
    return this.supervisor.current('mariadb') as RunningMariaDb;
  }

  /** Stops all parts in order. */
  stop(): Promise<void> {
    return this.supervisor.stop(STOP_ORDER);
  }

  private async startOne<P extends RunningPart>(
    title: string,
    port: PortName,
    start: (options: PartOptions & { readonly ports: Readonly<Record<PortName, number>> }) => Promise<P>,
  ): Promise<P> {
    const began = performance.now();
    const { ports } = this.endpoints;
    this.showStarting();
    const part = await this.supervisor.start((signal) =>
      start({ stateDir: this.state.folder, signal, ports }),
    );
    const seconds = ((performance.now() - began) / 1000).toFixed(1);
    this.output.line(`${title} is ready after ${seconds} s on ${HOST}:${ports[port]}`);
    this.showStarting();
    return part;
  }

  private showStarting(): void {
    const [done, of] = [this.supervisor.parts.length, STOP_ORDER.flat().length];
    this.output.now(done < of ? { title: 'Starting the parts', done, of } : undefined);
  }

  private writeRunFile(parts: readonly RunningPart[]): void {
    const { aws, bootstrapServers, connectUrl, restProxyUrl, databaseHost, ports } = this.endpoints;
    writeRunFile(this.state.folder, {
      userId: this.state.file.userId,
      startedAt: this.startedAt,
      supervisorPid: process.pid,
      mark: guardian.mark,
      region: aws.region,
      endpointUrl: aws.endpoint ?? '',
      accessKeyId: this.state.file.accessKeyId,
      bootstrapServers,
      connectUrl,
      restProxyUrl,
      database: { host: databaseHost, port: ports.mariadb },
      parts: parts.map((part) => ({
        name: part.name,
        pid: part.pid,
        startTime: startTime(part.pid) ?? '',
        port: Object.values(part.ports)[0] ?? 0,
        logFile: part.logFile,
      })),
    });
  }
}
