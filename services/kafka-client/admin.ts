/** An administrator's connection that is made anew after an error, and can ask again while a broker cannot respond yet. */
import type { Admin, Kafka } from 'kafkajs';
import { readKafkaError } from './index';
import { passes, untilPassed } from './retry';

/** How long a transient error may persist where nothing else limits it: a leader is elected within seconds. */
const PATIENCE_MS = 30_000;

/** How an {@link AdminConnection} asks. */
export interface AdminOptions {
  /** How long a transient error may persist, in milliseconds; with 0 it is reported at once. Default: 30,000. */
  readonly patienceMs?: number;
  /** How long one attempt may take, connecting included, in milliseconds. Default: as long as kafkajs takes. */
  readonly attemptMs?: number;
}

interface Connection {
  readonly admin: Admin;
  readonly connected: Promise<void>;
}

/**
 * A connection, and a new one after every error: kafkajs's administrator does not always recover. It also retries few of the
 * errors that Kafka calls transient: one that a leader has just changed, or does not know it yet because it started a moment
 * ago, is thrown at once. Several questions may be asked at a time.
 */
export class AdminConnection {
  private current: Connection | undefined;

  /** It connects when it is first asked. */
  constructor(
    private readonly kafka: Kafka,
    private readonly options: AdminOptions = {},
  ) {}

  /** Connects. @throws Error of kafkajs when no broker responds. */
  static async open(kafka: Kafka, options?: AdminOptions): Promise<AdminConnection> {
    const connection = new AdminConnection(kafka, options);
    await connection.attempt(() => Promise.resolve());
    return connection;
  }

  /**
   * @param use is called again, by a new connection, while what it throws is transient.
   * @throws Error of `use`, or of kafkajs when a connection is needed and no broker responds.
   */
  ask<T>(use: (admin: Admin) => Promise<T>): Promise<T> {
    const { patienceMs = PATIENCE_MS } = this.options;
    return untilPassed(Date.now() + patienceMs, () => this.attempt(use), canPass);
  }

  /** Disconnects. */
  async close(): Promise<void> {
    const { current } = this;
    this.current = undefined;
    await current?.admin.disconnect().catch(() => undefined);
  }

  private async attempt<T>(use: (admin: Admin) => Promise<T>): Promise<T> {
    const current = (this.current ??= connect(this.kafka));
    const work = current.connected.then(() => use(current.admin));
    const { attemptMs } = this.options;
    try {
      return await (attemptMs === undefined ? work : within(attemptMs, work));
    } catch (error) {
      if (this.current === current) this.current = undefined;
      // Not waited for: a broker that is gone or frozen holds it up.
      void current.admin.disconnect().catch(() => undefined);
      throw error;
    }
  }
}

/** Opens an {@link AdminConnection} for the time of one question. */
export async function withAdmin<T>(
  kafka: Kafka,
  use: (admin: Admin) => Promise<T>,
  options?: AdminOptions,
): Promise<T> {
  const connection = await AdminConnection.open(kafka, options);
  try {
    return await connection.ask(use);
  } finally {
    await connection.close();
  }
}

function connect(kafka: Kafka): Connection {
  const admin = kafka.admin();
  return { admin, connected: admin.connect() };
}

async function within<T>(milliseconds: number, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  try {
    return await Promise.race([
      work,
      new Promise<never>((_resolve, reject) => {
        timer = setTimeout(() => {
          reject(new Error(`No response within ${milliseconds} ms`));
        }, milliseconds);
      }),
    ]);
  } finally {
    clearTimeout(timer);
  }
}

/** An unknown topic is transient as well in Kafka's eyes, but kafkajs has asked for it several times. */
function canPass(error: unknown): boolean {
  return passes(error) && readKafkaError(error).type !== 'UNKNOWN_TOPIC_OR_PARTITION';
}
