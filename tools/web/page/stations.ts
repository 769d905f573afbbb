/** What the stations are called, what each does, and which process of the local run it is. */
import type { Station } from './samples';

/** How a station is shown. */
export interface StationText {
  readonly station: Station;
  readonly name: string;
  /** What it does, a clause. */
  readonly does: string;
  /** The process that it is on a local run, as `parts` names it; on AWS it is a service. */
  readonly part?: string;
}

/** What both paths share. */
export const SHARED: readonly StationText[] = [
  {
    station: 'source',
    name: 'MySQL',
    does: 'holds the posts: a row in pin, geo and user each',
    part: 'mariadb',
  },
  { station: 'emulator', name: 'Emulator', does: 'reads posts and sends each row as a JSON record' },
  {
    station: 'api',
    name: 'API Gateway',
    does: 'takes signed requests, for one path or the other',
    part: 'ministack',
  },
];

/** The batch path. */
export const BATCH: readonly StationText[] = [
  { station: 'rest-proxy', name: 'REST proxy', does: 'produces to Kafka', part: 'rest-proxy' },
  { station: 'topics', name: 'Kafka', does: 'keeps three topics', part: 'kafka' },
  { station: 'sink', name: 'S3 sink', does: 'writes each record once', part: 'kafka-connect' },
  { station: 'raw-files', name: 'Raw files', does: 'never change', part: 'ministack' },
  { station: 'batch', name: 'Batch', does: 'cleans the new files' },
  { station: 'tables', name: 'Delta tables', does: 'hold each post once', part: 'ministack' },
];

/** The streaming path. */
export const STREAMING: readonly StationText[] = [
  { station: 'streams', name: 'Kinesis', does: 'keeps three streams', part: 'ministack' },
  { station: 'functions', name: 'Functions', does: 'clean and append within seconds', part: 'ministack' },
  { station: 'stream-tables', name: 'Streaming tables', does: 'hold each record once', part: 'ministack' },
];

/** The name of a station, or of the quarantine. */
export function stationName(station: Station | 'quarantine'): string {
  const found = [...SHARED, ...BATCH, ...STREAMING].find((text) => text.station === station);
  return found?.name ?? 'Quarantine';
}
