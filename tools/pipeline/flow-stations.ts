/** Makes a sample of the flow from what each source says. */
import type { Watch } from './documents.generated';
import { STATIONS, type FlowSample, type StationSample } from './flow';

/** What was read; null where a source is away. */
export interface FlowReadings {
  /** Rows of the source tables. */
  readonly source: number | null;
  /** Of the feeds' topics: records ever written, and those that the sink has not stored. */
  readonly kafka: { readonly end: number; readonly lag: number } | null;
  readonly engine: Watch | null;
}

/** Makes samples; remembers when each total was last seen growing, for what has no time of its own. */
export class FlowStations {
  private readonly last = new Map<string, { readonly total: number; readonly grown: string | null }>();

  /** @param at the time of the readings. */
  sample(at: Date, { source, kafka, engine }: FlowReadings): FlowSample {
    const rows = engine?.stream_tables;
    const rejects = engine?.quarantine;
    const appended = sum(rows?.total, rejects?.stream);
    const found: Partial<Record<(typeof STATIONS)[number], Partial<StationSample>>> = {
      source: { total: source },
      emulator: { total: sum(engine?.topics?.sent, engine?.streams?.sent) },
      api: { total: sum(engine?.topics?.acknowledged, engine?.streams?.acknowledged) },
      'rest-proxy': { total: engine?.topics?.acknowledged ?? null },
      topics: { total: kafka?.end ?? null },
      sink: { total: kafka === null ? null : kafka.end - kafka.lag, lag: kafka?.lag ?? null },
      'raw-files': engine?.raw_files ?? {},
      batch: { ...engine?.planned, lag: difference(engine?.raw_files?.total, engine?.planned?.total) },
      tables: engine?.tables ?? {},
      streams: { total: engine?.streams?.acknowledged ?? null },
      // Records that are acknowledged and neither row nor reject; the ledger is some seconds behind the tables.
      functions: {
        total: appended,
        lag: difference(engine?.streams?.acknowledged, appended),
        newest: engine?.stream_arrivals?.newest ?? null,
      },
      'stream-tables': rows ?? {},
    };
    const iso = at.toISOString();
    const stations = STATIONS.map((station) => {
      const { total = null, lag = null, newest = null } = found[station] ?? {};
      const grown = this.grown(station, total, iso);
      return [station, { total, lag, newest: newest ?? grown }] as const;
    });
    return {
      at: iso,
      stations: Object.fromEntries(stations) as FlowSample['stations'],
      latency: { batch: engine?.latency?.batch ?? null, stream: engine?.latency?.stream ?? null },
      quarantined: rejects ? rejects.batch + rejects.stream + rejects.dead_letters : null,
    };
  }

  private grown(station: string, total: number | null, at: string): string | null {
    const before = this.last.get(station);
    if (total === null) return before?.grown ?? null;
    const grown = before !== undefined && total > before.total ? at : (before?.grown ?? null);
    this.last.set(station, { total, grown });
    return grown;
  }
}

function sum(...values: readonly (number | undefined)[]): number | null {
  return values.reduce<number | null>(
    (total, value) => (total === null || value === undefined ? null : total + value),
    0,
  );
}

/** What waits between two places that are read one after the other. */
function difference(before: number | null | undefined, after: number | null | undefined): number | null {
  const known = typeof before === 'number' && typeof after === 'number';
  return known ? Math.max(0, before - after) : null;
}
