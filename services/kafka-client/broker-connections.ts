/**
 * Connections to single brokers by the protocol layer of `@platformatic/kafka`, for a producer that has to see the outcome
 * of every request. The only place that configures that library.
 */
import type { Socket } from 'node:net';
import { Connection, type ConnectionOptions } from '@platformatic/kafka';
import { parseBootstrapServers, type KafkaConnection } from './index';

/** Where a broker listens. */
export interface Broker {
  readonly host: string;
  readonly port: number;
}

/** With TLS and authentication a connection takes several round trips. */
const CONNECTION_TIMEOUT_MS = 2000;

/** Keeps a connection to each broker that is asked for, and renews its authentication before the session ends (KIP-368). */
export class BrokerConnections {
  private readonly connections = new Map<string, Connection>();
  private readonly bootstrap: readonly Broker[];
  private readonly options: ConnectionOptions;
  private readonly clientId: string;
  private closed = false;

  constructor(kafka: Omit<KafkaConnection, 'warn'>) {
    const { ssl, sasl } = kafka;
    this.clientId = kafka.clientId;
    // Parsed again, as host and port.
    this.bootstrap = parseBootstrapServers(kafka.bootstrapServers.join(',')).map((server) => {
      const [host = '', port] = server.split(':');
      return { host, port: Number(port) };
    });
    this.options = {
      connectTimeout: kafka.connectionTimeoutMs ?? CONNECTION_TIMEOUT_MS,
      requestTimeout: kafka.requestTimeoutMs ?? 5000,
      tls: ssl === true ? {} : ssl === false ? undefined : ssl,
      sasl:
        sasl === undefined
          ? undefined
          : { mechanism: 'OAUTHBEARER', token: async () => (await sasl.oauthBearerProvider()).value },
    };
  }

  /**
   * An authenticated connection to a broker: the present one, unless it has failed.
   *
   * @throws Error when it cannot be had within the connection time-out.
   */
  async to(broker: Broker): Promise<Connection> {
    const key = `${broker.host}:${broker.port}`;
    const present = this.connections.get(key);
    if (present?.isConnected() === true) return present;
    if (present?.status === 'reauthenticating') {
      await present.ready();
      return present;
    }
    if (present !== undefined) this.drop(present);
    if (this.closed) throw new Error('The connections are closed.');
    const made = new Connection(this.clientId, this.options);
    // An error event that nobody listens to would end the process. Requests in progress get the error.
    made.on('error', () => undefined);
    made.on('close', () => {
      this.drop(made);
    });
    this.connections.set(key, made);
    try {
      await made.connect(broker.host, broker.port);
    } catch (error) {
      this.drop(made);
      throw error;
    }
    return made;
  }

  /** A connection to any broker: one that is open, or else the first bootstrap server that can be reached. */
  async any(): Promise<Connection> {
    for (const connection of this.connections.values()) if (connection.isConnected()) return connection;
    const errors: unknown[] = [];
    for (const broker of this.bootstrap)
      try {
        return await this.to(broker);
      } catch (error) {
        errors.push(error);
      }
    throw new Error(`None of the bootstrap servers can be reached: ${errors.map(causeOf).join('; ')}`);
  }

  /** Ends a connection at once. After a time-out it must not be used again: a late response would be taken for another. */
  drop(connection: Connection): void {
    for (const [key, known] of this.connections) if (known === connection) this.connections.delete(key);
    // Before the socket ends, or else the library would go on to authenticate at the time it has set.
    void connection.close().catch(() => undefined);
    (connection.socket as Socket | undefined)?.destroy();
  }

  /** Ends all connections. */
  close(): void {
    this.closed = true;
    for (const connection of [...this.connections.values()]) this.drop(connection);
  }
}

/** The message of an error's innermost cause. */
export function causeOf(thrown: unknown): string {
  if (!(thrown instanceof Error)) return String(thrown);
  return thrown.cause === undefined ? thrown.message : `${thrown.message} ${causeOf(thrown.cause)}`;
}
