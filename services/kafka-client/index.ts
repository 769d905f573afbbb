/** The only place that configures kafkajs: for the REST proxy's metadata and the Lambda functions. */
import { Kafka, logLevel, type KafkaConfig, type LogEntry } from 'kafkajs';

/** How to reach a Kafka cluster. */
export interface KafkaConnection {
  /** `host:port` of some brokers, from which the others are discovered. */
  readonly bootstrapServers: readonly string[];
  /** The client id in the brokers' logs. */
  readonly clientId: string;
  /** TLS. Default: none. */
  readonly ssl?: KafkaConfig['ssl'];
  /** Authentication by tokens, each requested when it is needed. Default: none. */
  readonly sasl?: {
    readonly mechanism: 'oauthbearer';
    readonly oauthBearerProvider: () => Promise<{ readonly value: string }>;
  };
  /** Connection time-out in milliseconds. Default: 1,000. */
  readonly connectionTimeoutMs?: number;
  /** Request time-out in milliseconds. Default: 5,000. */
  readonly requestTimeoutMs?: number;
  /** Receives the warnings and errors of kafkajs, each text at most once a second. Default: none. */
  readonly warn?: (message: string, details: Record<string, unknown>) => void;
}

/**
 * Parses a comma-separated list of brokers.
 *
 * @param text for example `b-1.example:9092,b-2.example:9092`.
 * @throws Error naming the part that is not `host:port`.
 */
export function parseBootstrapServers(text: string): string[] {
  const servers = text.split(',').map((server) => server.trim());
  for (const server of servers) {
    const port = Number(/^[A-Za-z0-9][A-Za-z0-9.-]*:([0-9]{1,5})$/.exec(server)?.[1]);
    if (!(port >= 1 && port <= 65535))
      throw new Error(
        `The bootstrap servers ${JSON.stringify(text)} cannot be used: ${JSON.stringify(server)} is not "host:port"; expected a list like "127.0.0.1:9092,127.0.0.1:9093".`,
      );
  }
  return servers;
}

/** Creates a client. It does not connect yet, and tries each broker at most twice before it reports an error. */
export function createKafka(connection: KafkaConnection): Kafka {
  const { bootstrapServers, clientId, ssl, sasl, warn } = connection;
  return new Kafka({
    brokers: [...bootstrapServers],
    clientId,
    ssl,
    sasl,
    connectionTimeout: connection.connectionTimeoutMs ?? 1000,
    requestTimeout: connection.requestTimeoutMs ?? 5000,
    // Every option is given: kafkajs has other defaults when NODE_ENV is "test".
    retry: {
      retries: bootstrapServers.length * 2,
      initialRetryTime: 50,
      maxRetryTime: 200,
      factor: 0.2,
      multiplier: 2,
    },
    logLevel: warn === undefined ? logLevel.NOTHING : logLevel.WARN,
    logCreator: () => (warn === undefined ? () => undefined : sparse(warn)),
  });
}

/** Drops entries whose text was logged less than a second ago. */
function sparse(warn: NonNullable<KafkaConnection['warn']>): (entry: LogEntry) => void {
  const last = new Map<string, number>();
  return ({ namespace, log }) => {
    const now = Date.now();
    if (now - (last.get(log.message) ?? 0) < 1000) return;
    if (last.size > 100) last.clear();
    last.set(log.message, now);
    warn(log.message, { from: namespace, broker: log.broker as unknown, error: log.error as unknown });
  };
}

/** Details of a kafkajs error, where given. */
export interface KafkaError {
  readonly name: string;
  readonly message: string;
  /** Kafka's name of a protocol error, for example `MESSAGE_TOO_LARGE`. */
  readonly type: string | undefined;
}

/** Reads a kafkajs error, unwrapping its retry errors. */
export function readKafkaError(thrown: unknown): KafkaError {
  let error = thrown;
  for (let depth = 0; depth < 5; depth += 1) {
    const inner: unknown = error instanceof Error ? error.cause : undefined;
    if (!(inner instanceof Error)) break;
    error = inner;
  }
  if (!(error instanceof Error)) return { name: 'Error', message: String(error), type: undefined };
  const type = (error as { type?: unknown }).type;
  return { name: error.name, message: error.message, type: typeof type === 'string' ? type : undefined };
}
