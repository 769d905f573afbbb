/** An administrator's connection that asks again where a broker cannot respond yet, because a leader has just changed or started. */
import type { Admin, Kafka } from 'kafkajs';
import { setTimeout as sleep } from 'node:timers/promises';
import { readKafkaError } from './index';
import { passes } from './read-ranges';

const PAUSE_MS = 500;

/** How long a transient error may persist where nothing else limits it: a leader is elected within seconds. */
const PATIENCE_MS = 30_000;

/**
 * A connection, and a new one after an error. kafkajs retries few of the errors that Kafka calls transient: one that a leader
 * has just changed, or does not know it yet because it started a moment ago, is thrown at once.
 */
export class AdminConnection {
  private constructor(
    private readonly kafka: Kafka,
    private readonly patienceMs: number,
    private admin: Admin | undefined,
  ) {}

  /**
   * @param patienceMs how long a transient error may persist; with 0 it is reported at once. Default: 30,000.
   * @throws Error of kafkajs when no broker responds.
   */
  static async open(kafka: Kafka, patienceMs = PATIENCE_MS): Promise<AdminConnection> {
    return new AdminConnection(kafka, patienceMs, await connect(kafka));
  }

  /**
   * @param use is called again, by a new connection, while what it throws is transient.
   * @throws Error of `use`, or of kafkajs when a new connection is needed and no broker responds.
   */
  async ask<T>(use: (admin: Admin) => Promise<T>): Promise<T> {
    const deadline = Date.now() + this.patienceMs;
    for (;;) {
      try {
        return await use((this.admin ??= await connect(this.kafka)));
      } catch (error) {
        await this.close();
        if (!canPass(error) || Date.now() + PAUSE_MS >= deadline) throw error;
      }
      await sleep(PAUSE_MS);
    }
  }

  async close(): Promise<void> {
    const { admin } = this;
    this.admin = undefined;
    await admin?.disconnect().catch(() => undefined);
  }
}

/** Opens an {@link AdminConnection} for the time of one question. */
export async function withAdmin<T>(
  kafka: Kafka,
  use: (admin: Admin) => Promise<T>,
  patienceMs?: number,
): Promise<T> {
  const connection = await AdminConnection.open(kafka, patienceMs);
  try {
    return await connection.ask(use);
  } finally {
    await connection.close();
  }
}

async function connect(kafka: Kafka): Promise<Admin> {
  const admin = kafka.admin();
  try {
    await admin.connect();
    return admin;
  } catch (error) {
    await admin.disconnect().catch(() => undefined);
    throw error;
  }
}

/** An unknown topic is transient as well in Kafka's eyes, but kafkajs has asked for it several times. */
function canPass(error: unknown): boolean {
  return passes(error) && readKafkaError(error).type !== 'UNKNOWN_TOPIC_OR_PARTITION';
}
