/**
 * Remembers for a short time how many partitions topics have, so that a produce request asks no broker first.
 */

/** The bounds of the memory. */
export interface DirectoryLimits {
  /** Milliseconds for which a topic's partitions are believed; then new ones are noticed. */
  readonly knownForMs: number;
  /** Milliseconds for which a missing topic is believed missing; then its creation is noticed. */
  readonly missingForMs: number;
}

/** What the directory needs. */
export interface DirectoryPorts {
  /** The number of a topic's partitions, undefined when there is no such topic. Rejects when no broker answers. */
  readonly fetch: (topic: string) => Promise<number | undefined>;
  readonly now: () => number;
  readonly sleep: (milliseconds: number) => Promise<void>;
}

interface Entry {
  readonly partitions: number | undefined;
  readonly at: number;
}

const MAX_ENTRIES = 10_000;
const PAUSE_MS = 200;

/** See the module's comment. */
export class TopicDirectory {
  private readonly entries = new Map<string, Entry>();
  private readonly asking = new Map<string, Promise<number | undefined>>();

  constructor(
    private readonly ports: DirectoryPorts,
    private readonly limits: DirectoryLimits,
  ) {}

  /**
   * The number of a topic's partitions. While the brokers are away, an old answer about an existing topic is still
   * given (its records can wait for the brokers); without one, the brokers are asked until the deadline.
   *
   * @param deadline of the clock in the ports.
   * @returns undefined when there is no such topic.
   * @throws what `fetch` threw last, after the deadline.
   */
  async partitions(topic: string, deadline: number): Promise<number | undefined> {
    const entry = this.entries.get(topic);
    if (entry !== undefined) {
      const believed = entry.partitions === undefined ? this.limits.missingForMs : this.limits.knownForMs;
      if (this.ports.now() - entry.at < believed) return entry.partitions;
    }
    for (;;) {
      try {
        return await this.ask(topic);
      } catch (error) {
        if (entry?.partitions !== undefined) return entry.partitions;
        if (this.ports.now() + PAUSE_MS >= deadline) throw error;
        await this.ports.sleep(PAUSE_MS);
      }
    }
  }

  /** Asks the brokers now; requests for the same topic share one question. */
  ask(topic: string): Promise<number | undefined> {
    const running = this.asking.get(topic);
    if (running !== undefined) return running;
    const question = this.ports
      .fetch(topic)
      .then((partitions) => {
        if (this.entries.size >= MAX_ENTRIES) this.entries.clear();
        this.entries.set(topic, { partitions, at: this.ports.now() });
        return partitions;
      })
      .finally(() => this.asking.delete(topic));
    this.asking.set(topic, question);
    return question;
  }
}
