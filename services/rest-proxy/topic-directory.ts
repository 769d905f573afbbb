/** Caches the number of partitions of topics for a short time, so that a produce request needs no metadata request. */

/** Cache durations. */
export interface DirectoryLimits {
  /** Milliseconds for which a topic's partitions are cached. */
  readonly knownForMs: number;
  /** Milliseconds for which a missing topic is cached. */
  readonly missingForMs: number;
}

/** Dependencies of the directory. */
export interface DirectoryPorts {
  /** The number of a topic's partitions, undefined for an unknown topic. Rejects when no broker responds. */
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
   * The number of a topic's partitions. While the brokers are unavailable, an expired entry of an existing topic is
   * still used (its records can wait for the brokers); without one, the brokers are asked until the deadline.
   *
   * @param deadline of the clock in the ports.
   * @returns undefined for an unknown topic.
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

  /** Asks the brokers; concurrent requests for a topic share one lookup. */
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
