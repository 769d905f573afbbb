/**
 * Keeps the local parts running: starts them, notices when one dies, restarts it a few times, stops them in order.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { describeExit } from '../processes/child';
import { isFrozen, startTime } from '../processes/identity.cjs';
import { withLog, type RunningPart } from './parts/part-process';

/** How often a part is started again unless told otherwise, counted over {@link RESTART_WINDOW_MS}. */
export const MAX_RESTARTS = 3;
const RESTART_WINDOW_MS = 5 * 60_000;
const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 4000;
const FROZEN_LOOK_MS = 2000;

/** Starts a part; called again after it has died. The signal aborts when the supervisor stops. */
export type PartStarter<P extends RunningPart> = (signal: AbortSignal) => Promise<P>;

interface Entry {
  part: RunningPart;
  readonly start: PartStarter<RunningPart>;
  readonly restarts: number[];
  /** Resolved while the part runs; pending while it is being restarted. */
  ready: Promise<void>;
}

/** What the supervisor reports and asks. */
export interface SupervisorEvents {
  /** A line for a person. */
  readonly onLine: (text: string) => void;
  /** The list of running parts has changed. */
  readonly onChange: (parts: readonly RunningPart[]) => void;
  /** A part has died too often: the run cannot continue. */
  readonly onFailure: (error: Error) => void;
  /** Whether a person asked for the end of this process: it is then started again at once, and not counted. Default: no. */
  readonly wasAskedFor?: (part: RunningPart) => boolean;
}

/** Supervises the parts of one run. */
export class Supervisor {
  private readonly entries = new Map<string, Entry>();
  private readonly stopping = new AbortController();
  /** Starts that are under way. */
  private readonly starting = new Set<Promise<RunningPart>>();
  private readonly frozen = new Set<number>();
  private disturbances = 0;
  private watcher: NodeJS.Timeout | undefined;

  /** @param maxRestarts how often a part may be started again within five minutes before the run ends. */
  constructor(
    private readonly events: SupervisorEvents,
    private readonly maxRestarts: number = MAX_RESTARTS,
  ) {}

  /** How often a part has died or was frozen so far. */
  get disturbanceCount(): number {
    return this.disturbances;
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
    this.watcher ??= setInterval(() => {
      this.lookForFrozen();
    }, FROZEN_LOOK_MS).unref();
    return part;
  }

  /** The process that runs as the part of this name now. */
  current(name: string): RunningPart | undefined {
    return this.entries.get(name)?.part;
  }

  /** Resolves when no part is being restarted, and none is known to be frozen. */
  async settled(): Promise<void> {
    await Promise.all([...this.entries.values()].map(({ ready }) => ready));
  }

  /** Stops the parts: those that use others first. Each is killed if it does not stop in time. */
  async stop(order: readonly (readonly string[])[]): Promise<void> {
    this.stopping.abort(new Error('The local run is stopping.'));
    clearInterval(this.watcher);
    for (const part of this.parts) part.kill('SIGCONT'); // A frozen one would also keep those that use it from stopping.
    await Promise.allSettled(this.starting); // Each is either cancelled, or among the entries afterwards.
    await this.settled();
    for (const names of order) {
      const parts = names.flatMap((name) => this.current(name) ?? []);
      await Promise.all(parts.map((part) => part.stop()));
    }
    await Promise.all(this.parts.map((part) => part.stop()));
    this.entries.clear();
  }

  /** A part that is frozen is not ready: what fails meanwhile is repeated when it runs on. */
  private lookForFrozen(): void {
    for (const entry of this.entries.values()) {
      const { part } = entry;
      if (this.frozen.has(part.pid) || !isFrozen(part.pid)) continue;
      this.frozen.add(part.pid);
      this.disturbances += 1;
      this.events.onLine(`${part.name} is frozen (pid ${part.pid}).`);
      entry.ready = this.thawed(part);
    }
  }

  private async thawed({ name, pid }: RunningPart): Promise<void> {
    const { signal } = this.stopping;
    while (isFrozen(pid) && !signal.aborted) await sleep(100, undefined, { ref: false });
    this.frozen.delete(pid);
    if (!signal.aborted && this.current(name)?.pid === pid && startTime(pid) !== undefined)
      this.events.onLine(`${name} runs on (pid ${pid}).`);
  }

  private watch(entry: Entry): void {
    const { part } = entry;
    void part.exited.then((exit) => {
      if (this.stopping.signal.aborted) return;
      this.disturbances += 1;
      const asked = this.events.wasAskedFor?.(part) === true;
      this.events.onLine(
        asked
          ? `${part.name} was ended by command (${describeExit(exit)}).`
          : withLog(`${part.name} has died (${describeExit(exit)}).`, part.logFile),
      );
      entry.ready = this.restart(entry, asked).catch((error: unknown) => {
        if (this.stopping.signal.aborted) return;
        this.events.onFailure(error instanceof Error ? error : new Error(String(error)));
      });
    });
  }

  /** @param asked whether the first start is one that was asked for. */
  private async restart(entry: Entry, asked: boolean): Promise<void> {
    const { name } = entry.part;
    const { signal } = this.stopping;
    for (let isFree = asked; ; isFree = false) {
      const recent = entry.restarts.filter((at) => Date.now() - at < RESTART_WINDOW_MS).length;
      if (!isFree && recent >= this.maxRestarts) {
        const minutes = RESTART_WINDOW_MS / 60_000;
        throw new Error(
          withLog(
            `${name} has died again after ${this.maxRestarts} restarts within ${minutes} minutes; the run ends.`,
            entry.part.logFile,
          ),
        );
      }
      if (!isFree) {
        entry.restarts.push(Date.now());
        await sleep(Math.min(FIRST_PAUSE_MS * 2 ** recent, LONGEST_PAUSE_MS), undefined, { signal });
      }
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
