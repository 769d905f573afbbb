/**
 * An independent oracle for the cleaning: plain TypeScript over source rows, written from the data contract alone. It
 * shares no code and no expression with the SQL, so that the two check each other.
 */

/** A source row as it travels: any JSON value may stand in any column. */
export type RawRow = Readonly<Record<string, unknown>>;

/** A cleaned pin row, the columns in the contract's order. */
export interface CleanPin {
  readonly ind: number;
  readonly unique_id: string | null;
  readonly title: string | null;
  readonly description: string | null;
  readonly follower_count: number | null;
  readonly poster_name: string | null;
  readonly tag_list: readonly string[] | null;
  readonly is_image_or_video: string | null;
  readonly image_src: string | null;
  readonly save_location: string | null;
  readonly downloaded: boolean | null;
  readonly category: string | null;
}

/** A cleaned geo row. `timestamp` is ISO 8601 in UTC, as `2018-03-28T08:15:15.000Z`. */
export interface CleanGeo {
  readonly ind: number;
  readonly country: string | null;
  /** Latitude, longitude; null when both are missing. */
  readonly coordinates: readonly [number, number] | null;
  readonly timestamp: string | null;
}

/** A cleaned user row. `date_joined` as {@link CleanGeo.timestamp}. */
export interface CleanUser {
  readonly ind: number;
  readonly user_name: string | null;
  readonly age: number | null;
  readonly date_joined: string | null;
}

/** Thrown for a row that belongs in quarantine. */
export class Reject extends Error {}

function integer(column: string, value: unknown): number | null {
  if (value === null || value === undefined) return null;
  const number = typeof value === 'string' && /^\s*[+-]?\d+\s*$/.test(value) ? Number(value) : value;
  if (
    typeof number !== 'number' ||
    !Number.isInteger(number) ||
    number < -2147483648 ||
    number > 2147483647
  ) {
    throw new Reject(`${column} is no integer: ${JSON.stringify(value)}`);
  }
  return number;
}

function rowNumber(row: RawRow, column: string): number {
  const number = integer(column, row[column]);
  if (number === null) throw new Reject(`no integer row number: ${JSON.stringify(row[column])}`);
  return number;
}

function double(column: string, value: unknown): number | null {
  if (value === null || value === undefined) return null;
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  if (typeof number !== 'number' || !Number.isFinite(number)) {
    throw new Reject(`${column} is no number: ${JSON.stringify(value)}`);
  }
  return number;
}

function text(column: string, value: unknown): string | null {
  if (value === null || value === undefined) return null;
  if (typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  throw new Reject(`${column} is no text: ${JSON.stringify(value)}`);
}

/** Null when the text holds one of the sentinels. */
function unless(value: string | null, ...sentinels: readonly string[]): string | null {
  return value === null || sentinels.some((sentinel) => value.includes(sentinel)) ? null : value;
}

/** `2018-03-28T08:15:15`, with a blank for the `T`, with a fraction, with a zone; UTC when there is none. */
function timestamp(column: string, value: unknown): string | null {
  if (value === null || value === undefined) return null;
  const match =
    typeof value === 'string'
      ? /^(\d{4})-(\d\d)-(\d\d)[T ](\d\d):(\d\d):(\d\d)(\.\d+)?\s*(Z|[+-]\d\d(?::?\d\d)?)?$/i.exec(
          value.trim(),
        )
      : null;
  if (match === null) throw new Reject(`${column} is no timestamp: ${JSON.stringify(value)}`);
  const [year, month, day, hour, minute, second] = match.slice(1, 7).map(Number) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  const time = new Date(0);
  time.setUTCFullYear(year, month - 1, day);
  time.setUTCHours(hour, minute, second, Math.floor(Number(match[7] ?? 0) * 1000));
  const isReal =
    time.getUTCMonth() === month - 1 && time.getUTCDate() === day && hour < 24 && minute < 60 && second < 60;
  if (!isReal) throw new Reject(`${column} is no date of the calendar: ${JSON.stringify(value)}`);
  const zone = (match[8] ?? 'Z').toUpperCase();
  if (zone !== 'Z') {
    const minutes = Number(zone.slice(1, 3)) * 60 + Number(zone.slice(3).replace(':', '') || 0);
    time.setTime(time.getTime() - (zone.startsWith('-') ? -1 : 1) * minutes * 60_000);
  }
  return time.toISOString();
}

/** `1.5k` is 1500, `3M` is 3,000,000, `842` is 842; anything else null. */
export function followerCount(value: string | null): number | null {
  if (value === null) return null;
  const match = /^(\d+(?:\.\d+)?)([km]?)$/i.exec(value.trim());
  if (match === null) return null;
  const factor = { k: 1000, m: 1_000_000, '': 1 }[(match[2] ?? '').toLowerCase() as 'k' | 'm' | ''];
  // To the millionth first: 1.005 * 1000 is a little less than 1005 in binary.
  return Math.floor(Math.round(Number(match[1]) * factor * 1e6) / 1e6);
}

function boolean(column: string, value: unknown): boolean | null {
  if (value === null || value === undefined) return null;
  const known = new Map<unknown, boolean>([
    [1, true],
    ['1', true],
    ['true', true],
    [true, true],
    [0, false],
    ['0', false],
    ['false', false],
    [false, false],
  ]).get(typeof value === 'string' ? value.toLowerCase() : value);
  if (known === undefined) throw new Reject(`${column} is neither 0 nor 1: ${JSON.stringify(value)}`);
  return known;
}

/** Cleans one pin row. @throws Reject when it belongs in quarantine. */
export function cleanPin(row: RawRow): CleanPin {
  const title = unless(text('title', row.title), 'No Title Data Available');
  const tags = unless(text('tag_list', row.tag_list), 'N,o, ,T,a,g,s, ,A,v,a,i,l,a,b,l,e');
  const place = text('save_location', row.save_location);
  return {
    ind: rowNumber(row, 'index'),
    unique_id: text('unique_id', row.unique_id),
    title: title === '' ? null : title,
    description: unless(text('description', row.description), 'No description available', 'Untitled'),
    follower_count: followerCount(unless(text('follower_count', row.follower_count), 'User Info Error')),
    poster_name: unless(text('poster_name', row.poster_name), 'User Info Error'),
    tag_list: tags === null ? null : tags.split(',').map((tag) => tag.trim()),
    is_image_or_video: text('is_image_or_video', row.is_image_or_video),
    image_src: unless(text('image_src', row.image_src), 'Image src error.'),
    save_location:
      place?.startsWith('Local save in ') === true ? place.slice('Local save in '.length) : place,
    downloaded: boolean('downloaded', row.downloaded),
    category: text('category', row.category),
  };
}

/** Cleans one geo row. @throws Reject when it belongs in quarantine. */
export function cleanGeo(row: RawRow): CleanGeo {
  const latitude = double('latitude', row.latitude);
  const longitude = double('longitude', row.longitude);
  if (latitude !== null && Math.abs(latitude) > 90) throw new Reject(`latitude is out of range: ${latitude}`);
  if (longitude !== null && Math.abs(longitude) > 180)
    throw new Reject(`longitude is out of range: ${longitude}`);
  if ((latitude === null) !== (longitude === null)) throw new Reject('one coordinate without the other');
  return {
    ind: rowNumber(row, 'ind'),
    country: text('country', row.country),
    coordinates: latitude === null || longitude === null ? null : [latitude, longitude],
    timestamp: timestamp('timestamp', row.timestamp),
  };
}

/** Cleans one user row. @throws Reject when it belongs in quarantine. */
export function cleanUser(row: RawRow): CleanUser {
  const first = text('first_name', row.first_name);
  const last = text('last_name', row.last_name);
  return {
    ind: rowNumber(row, 'ind'),
    user_name: first === null || last === null ? null : `${first} ${last}`,
    age: integer('age', row.age),
    date_joined: timestamp('date_joined', row.date_joined),
  };
}

/** The rows of one feed after cleaning: each post once, the last of several rows wins; and how many were rejected. */
export interface Cleaned<Row> {
  readonly rows: ReadonlyMap<number, Row>;
  readonly rejects: number;
}

/** Cleans the rows of one feed, given in the order in which they were sent. */
export function cleanAll<Row extends { readonly ind: number }>(
  rows: Iterable<RawRow>,
  clean: (row: RawRow) => Row,
): Cleaned<Row> {
  const kept = new Map<number, Row>();
  let rejects = 0;
  for (const row of rows) {
    try {
      const cleaned = clean(row);
      kept.set(cleaned.ind, cleaned);
    } catch (error) {
      if (!(error instanceof Reject)) throw error;
      rejects += 1;
    }
  }
  return { rows: kept, rejects };
}
