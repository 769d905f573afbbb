/**
 * What every page shows, read from the pipeline once for all of them, and only while one is open.
 *
 * The flow comes each second; while it knows nothing at all, the status says what the problem is. What starts a process
 * (rejects, answers, reconciliation) is read one by one, only when the flow says that something has changed, and for at
 * most a tenth of the time, a fiftieth while many records flow: it must not slow the pipeline down.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { messageOf } from '../pipeline/aws-errors';
import type { FlowSample } from '../pipeline/flow';
import type { Control, Pipeline } from '../pipeline/pipeline';
import { callMethod } from './methods';
import type { About, Api, ApiMethod, EventName, Events, Refreshed } from './protocol';

/** How long flow samples are kept for new listeners, in milliseconds. */
const HISTORY_MS = 60_000;
const RETRY_MS = 2_000;
const TICK_MS = 500;
/** The pause after a reading is at least so many times as long as the reading took. */
const PAUSE_FACTOR = 9;
/** The same while more records than {@link MANY} a second flow. */
const LONG_PAUSE_FACTOR = 49;
const MANY = 100;

/** Something that is read again and again. */
interface Reading {
  readonly event: Refreshed;
  readonly method: ApiMethod;
  readonly options?: object;
  /** The shortest pause between two readings, in milliseconds. */
  readonly pauseMs: number;
  /** The figures of the flow on which it depends. Absent: it is read after every pause. */
  readonly figures?: (sample: FlowSample) => unknown;
  /** The event's content. Default: the result itself. */
  readonly content?: (result: never, at: string) => unknown;
}

const LIGHT: readonly Reading[] = [
  { event: 'parts', method: 'parts', pauseMs: 2_000 },
  { event: 'emulator', method: 'emulator', pauseMs: 2_000 },
];

const HEAVY: readonly Reading[] = [
  { event: 'rejects', method: 'rejects', pauseMs: 5_000, figures: ({ quarantined }) => quarantined },
  {
    event: 'answers',
    method: 'answers',
    pauseMs: 15_000,
    figures: ({ stations }) => [stations.batch.total, stations.tables.total],
    content: (document: Api['answers']['result'], at) => ({ document, at: document.made ?? at }),
  },
  {
    event: 'reconciliation',
    method: 'reconcile',
    pauseMs: 15_000,
    figures: ({ stations }) => Object.values(stations).map(({ total }) => total),
    content: (result: Api['reconcile']['result'], at) => ({ result, at }),
  },
];

/** See the module's comment. */
export class LiveState {
  private readonly newest: { -readonly [Name in EventName]?: Events[Name] };
  private readonly samples: FlowSample[] = [];
  /** Rises with everything that a person changes. */
  private changes = 0;
  private listening: AbortController | undefined;
  private explaining: Promise<void> | undefined;

  /** @param publish takes every event that is new. */
  constructor(
    private readonly pipeline: Pipeline,
    private readonly about: About,
    private readonly publish: <Name extends EventName>(name: Name, data: Events[Name]) => void,
  ) {
    this.newest = { about, unavailable: {} };
  }

  /** Begins or ends to read the pipeline. */
  listen(isWanted: boolean): void {
    if (isWanted === (this.listening !== undefined)) return;
    this.listening?.abort();
    this.listening = isWanted ? new AbortController() : undefined;
    if (this.listening === undefined) return;
    const control: Control = { signal: this.listening.signal, tell: () => undefined };
    void this.readFlow(control);
    void this.readAll(LIGHT, control);
    void this.readAll(HEAVY, control);
  }

  /** Reads everything again as soon as it can be: a person has changed something. */
  changed(): void {
    this.changes += 1;
  }

  /** The newest event of each kind, and the flow's of the last minute. */
  *events(): Generator<{ [Name in EventName]: readonly [Name, Events[Name]] }[EventName]> {
    for (const entry of Object.entries(this.newest)) yield entry as ['about', About];
    const oldest = Date.now() - HISTORY_MS;
    for (const sample of this.samples) if (Date.parse(sample.at) >= oldest) yield ['flow', sample];
  }

  private async readFlow(control: Control): Promise<void> {
    if (!this.has('flow')) return;
    const { signal } = control;
    do {
      try {
        await this.pipeline.flow({ every: 1 }, control, (sample) => {
          if (!isAborted(signal)) this.take(sample, control);
        });
      } catch (error) {
        if (!isAborted(signal)) this.set('problem', { message: messageOf(error) });
      }
    } while (await hasPaused(RETRY_MS, signal));
  }

  private take(sample: FlowSample, control: Control): void {
    this.samples.push(sample);
    if (this.samples.length > HISTORY_MS / 1000) this.samples.shift();
    this.publish('flow', sample);
    if (isBlank(sample)) this.explaining ??= this.explain(control);
    else this.set('problem', null);
  }

  /** Nothing is known of any station: the status says why. */
  private async explain(control: Control): Promise<void> {
    const message = await this.pipeline.status(control).then(
      ({ problem }) => problem,
      (error: unknown) => messageOf(error),
    );
    const sample = this.samples.at(-1);
    if (!isAborted(control.signal) && sample !== undefined && isBlank(sample)) {
      this.set('problem', message === undefined ? null : { message });
    }
    await hasPaused(RETRY_MS, control.signal);
    this.explaining = undefined;
  }

  /** Reads these one after the other, each when it is due. */
  private async readAll(readings: readonly Reading[], control: Control): Promise<void> {
    const own = readings
      .filter(({ method }) => this.has(method))
      .map((reading) => ({ reading, last: NEVER }));
    do {
      for (const one of own) {
        const { reading } = one;
        const { changes } = this;
        const figures = this.figuresOf(reading);
        const { ended, took } = one.last;
        const pause = Math.max(reading.pauseMs, took * (this.isBusy() ? LONG_PAUSE_FACTOR : PAUSE_FACTOR));
        const isDue = Date.now() >= ended + pause && figures !== one.last.figures;
        if (figures === undefined || !(isDue || changes !== one.last.changes)) continue;
        const began = Date.now();
        const isRead = await this.read(reading, control);
        if (isAborted(control.signal)) return;
        const now = Date.now();
        one.last = { changes, ended: now, took: now - began, figures: isRead ? figures : undefined };
      }
    } while (await hasPaused(TICK_MS, control.signal));
  }

  /** Whether many records flow, by the samples of the last seconds. */
  private isBusy(): boolean {
    const [first, last] = [this.samples.at(-6), this.samples.at(-1)];
    if (first === undefined || last === undefined) return false;
    const seconds = (Date.parse(last.at) - Date.parse(first.at)) / 1000;
    const grown = (station: 'topics' | 'streams'): number =>
      (last.stations[station].total ?? 0) - (first.stations[station].total ?? Infinity);
    return Math.max(grown('topics'), grown('streams')) > MANY * seconds;
  }

  /** What a reading depends on, as a text; undefined while the pipeline cannot be asked. */
  private figuresOf({ figures }: Reading): string | undefined {
    if (figures === undefined) return String(Date.now());
    if (!this.has('flow')) return '';
    const sample = this.samples.at(-1);
    // Undefined: nothing has been heard yet.
    return sample === undefined || this.newest.problem !== null ? undefined : JSON.stringify(figures(sample));
  }

  /** Reads once. @returns whether it could be read. */
  private async read(reading: Reading, control: Control): Promise<boolean> {
    const { event, method, options = {}, content } = reading;
    const setUnavailable = (reason?: string): void => {
      this.set('unavailable', { ...this.newest.unavailable, [event]: reason });
    };
    try {
      const result = await callMethod(this.pipeline, this.about, method, options, control);
      if (isAborted(control.signal)) return false;
      const at = new Date().toISOString();
      this.set(event, (content === undefined ? result : content(result as never, at)) as never);
      setUnavailable();
      return true;
    } catch (error) {
      if (!isAborted(control.signal)) setUnavailable(messageOf(error));
      return false;
    }
  }

  /** Keeps an event for later listeners, and publishes it when it is new. */
  private set<Name extends EventName>(name: Name, data: Events[Name]): void {
    if (JSON.stringify(this.newest[name]) === JSON.stringify(data)) return;
    this.newest[name] = data as never;
    this.publish(name, data);
  }

  private has(method: ApiMethod | 'flow'): boolean {
    return method in this.pipeline && !(method in this.about.unsupported);
  }
}

/** The last reading: what had been changed by then, when it ended and how long it took, in milliseconds. */
const NEVER: { changes: number; ended: number; took: number; figures: string | undefined } = {
  changes: 0,
  ended: 0,
  took: 0,
  figures: undefined,
};

/** Whether the totals of all stations are unknown. */
function isBlank({ stations }: FlowSample): boolean {
  return Object.values(stations).every(({ total }) => total === null);
}

/** Through a function, since the compiler takes `aborted` for constant over an await. */
const isAborted = (signal: AbortSignal): boolean => signal.aborted;

/** Waits. @returns false as soon as the signal comes. */
function hasPaused(ms: number, signal: AbortSignal): Promise<boolean> {
  return sleep(ms, true, { signal, ref: false }).catch(() => false);
}
