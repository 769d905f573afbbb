import type { Watch } from '../../../../tools/pipeline/documents.generated';
import { FlowStations } from '../../../../tools/pipeline/flow-stations';

const NEWEST = '2026-01-31T12:00:00+00:00';

const ENGINE: Watch = {
  topics: { sent: 110, acknowledged: 100 },
  streams: { sent: 60, acknowledged: 55 },
  raw_files: { total: 90, newest: NEWEST },
  planned: { total: 70, newest: NEWEST },
  tables: { total: 65, newest: NEWEST },
  stream_arrivals: { total: 40, newest: NEWEST },
  stream_tables: { total: 40, newest: '2026-01-31T12:00:01+00:00' },
  quarantine: { batch: 1, stream: 5, dead_letters: 2 },
  latency: { batch: null, stream: { commits: 3, rows: 40, p50: 1, p95: 2, p99: 3 } },
};

const first = new Date('2026-01-31T12:00:02Z');
const second = new Date('2026-01-31T12:00:03Z');

test('has of each station what its source says', () => {
  const { stations, latency, quarantined, at } = new FlowStations().sample(first, {
    source: 300,
    kafka: { end: 101, lag: 11 },
    engine: ENGINE,
  });
  expect(at).toBe('2026-01-31T12:00:02.000Z');
  const figures = Object.entries(stations).map(([name, { total, lag }]) => [name, total, lag]);
  expect(figures).toEqual([
    ['source', 300, null],
    ['emulator', 170, null],
    ['api', 155, null],
    ['rest-proxy', 100, null],
    ['topics', 101, null],
    ['sink', 90, 11],
    ['raw-files', 90, null],
    ['batch', 70, 20],
    ['tables', 65, null],
    ['streams', 55, null],
    ['functions', 45, 10],
    ['stream-tables', 40, null],
  ]);
  expect(stations['stream-tables'].newest).toBe('2026-01-31T12:00:01+00:00');
  expect(stations.functions.newest).toBe(NEWEST);
  expect([latency, quarantined]).toEqual([ENGINE.latency, 8]);
});

test('has the time at which a total was last seen growing where the source has none', () => {
  const stations = new FlowStations();
  const sample = (at: Date, end: number | null) =>
    stations.sample(at, { source: null, kafka: end === null ? null : { end, lag: 0 }, engine: null }).stations
      .topics.newest;
  expect(sample(first, 5)).toBeNull();
  expect(sample(second, 6)).toBe(second.toISOString());
  expect(sample(new Date('2026-01-31T12:00:04Z'), 6)).toBe(second.toISOString());
  expect(sample(new Date('2026-01-31T12:00:05Z'), null)).toBe(second.toISOString());
});

test('a source that is away leaves the others', () => {
  const { stations, quarantined, latency } = new FlowStations().sample(first, {
    source: null,
    kafka: null,
    engine: { ...ENGINE, raw_files: null, quarantine: null, latency: null },
  });
  for (const station of ['source', 'topics', 'sink', 'raw-files', 'functions'] as const)
    expect([station, stations[station].total, stations[station].lag]).toEqual([station, null, null]);
  expect([stations.batch.total, stations.batch.lag, stations.tables.total]).toEqual([70, null, 65]);
  expect([quarantined, latency]).toEqual([null, { batch: null, stream: null }]);
});

test('a ledger that is behind the tables is no negative lag', () => {
  const engine = { ...ENGINE, streams: { sent: 1, acknowledged: 1 } };
  const { stations } = new FlowStations().sample(first, { source: null, kafka: null, engine });
  expect(stations.functions.lag).toBe(0);
});
