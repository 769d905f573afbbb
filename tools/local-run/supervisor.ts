/**
 * Keeps the local parts running: starts them, notices when one dies, restarts it a few times, stops them in order.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { describeExit } from '../processes/child';
import { withLog, type RunningPart } from './parts/part-process';

/** How often a part is started again unless told otherwise, counted over {@link RESTART_WINDOW_MS}. */
export const MAX_RESTARTS = 3;
const RESTART_WINDOW_MS = 5 * 60_000;
const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 4000;

/** Starts a part; called again after it has died. The signal aborts when the supervisor stops. */
export type PartStarter<P extends RunningPart> = (signal: AbortSignal) => Promise<P>;

interface Entry {
  part: RunningPart;
  readonly start: PartStarter<RunningPart>;
  readonly restarts: number[];
  /** Resolved while the part runs; pending while it is being restarted. */
  ready: Promise<void>;
}

/** What the supervisor reports. */
export interface SupervisorEvents {
  /** A line for a person. */
  readonly onLine: (text: string) => void;
  /** The list of running parts has changed. */
  readonly onChange: (parts: readonly RunningPart[]) => void;
  /** A part has died too often: the run cannot continue. */
  readonly onFailure: (error: Error) => void;
}

/** Supervises the parts of one run. */
export class Supervisor {
  private readonly entries = new Map<string, Entry>();
  private readonly stopping = new AbortController();
  /** Starts that are under way. */
  private readonly starting = new Set<Promise<RunningPart>>();
  private deaths = 0;

  /** @param maxRestarts how often a part may be started again within five minutes before the run ends. */
  constructor(
    private readonly events: SupervisorEvents,
    private readonly maxRestarts: number = MAX_RESTARTS,
  ) {}

  /** How many parts have died so far. */
  get deathCount(): number {
    return this.deaths;
  }

  /** The parts that were started, in the order in which they became ready. */
  get parts(): readonly RunningPart[] {
    return [...this.entries.values()].map(({ part }) => part);
  }

  /**
   * Starts a part and keeps it running from then on.
   *
   * @throws Error of the first start; only a part that has run once is restarted.
   */
  async start<P extends RunningPart>(start: PartStarter<P>): Promise<P> {
    const starting = start(this.stopping.signal);
    this.starting.add(starting);
    const part = await starting.finally(() => this.starting.delete(starting));
    const entry: Entry = { part, start, restarts: [], ready: Promise.resolve() };
    this.entries.set(part.name, entry);
    this.events.onChange(this.parts);
    this.watch(entry);
    return part;
  }

  /** The process that runs as the part of this name now. */
  current(name: string): RunningPart | undefined {
    return this.entries.get(name)?.part;
  }

  /** Resolves when no part is being restarted. */
  async settled(): Promise<void> {
    await Promise.all([...this.entries.values()].map(({ ready }) => ready));
  }

  /** Stops the parts: those that use others first. Each is killed if it does not stop in time. */
  async stop(order: readonly (readonly string[])[]): Promise<void> {
    this.stopping.abort(new Error('The local run is stopping.'));
    await Promise.allSettled(this.starting); // Each is either cancelled, or among the entries afterwards.
    await this.settled();
    for (const names of order) {
      const parts = names.flatMap((name) => this.current(name) ?? []);
      await Promise.all(parts.map((part) => part.stop()));
    }
    await Promise.all(this.parts.map((part) => part.stop()));
    this.entries.clear();
  }

  private watch(entry: Entry): void {
    const { part } = entry;
    void part.exited.then((exit) => {
      if (this.stopping.signal.aborted) return;
      this.deaths += 1;
      this.events.onLine(withLog(`${part.name} has died (${describeExit(exit)}).`, part.logFile));
      entry.ready = this.restart(entry).catch((error: unknown) => {
        if (this.stopping.signal.aborted) return;
        this.events.onFailure(error instanceof Error ? error : new Error(String(error)));
      });
    });
  }

  private async restart(entry: Entry): Promise<void> {
    const { name } = entry.part;
    const { signal } = this.stopping;
    for (;;) {
      const recent = entry.restarts.filter((at) => Date.now() - at < RESTART_WINDOW_MS).length;
      if (recent >= this.maxRestarts) {
        const minutes = RESTART_WINDOW_MS / 60_000;
        throw new Error(
          withLog(
            `${name} has died again after ${this.maxRestarts} restarts within ${minutes} minutes; the run ends.`,
            entry.part.logFile,
          ),
        );
      }
      entry.restarts.push(Date.now());
      await sleep(Math.min(FIRST_PAUSE_MS * 2 ** recent, LONGEST_PAUSE_MS), undefined, { signal });
      try {
        entry.part = await entry.start(signal);
      } catch (error) {
        signal.throwIfAborted();
        this.events.onLine(error instanceof Error ? error.message : String(error));
        continue;
      }
      this.events.onLine(`${name} runs again (pid ${entry.part.pid}).`);
      this.events.onChange(this.parts);
      this.watch(entry);
      return;
    }
  }
}
