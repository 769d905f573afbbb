/** Kafka topics behind the API: `POST /topics/<topic>`, Confluent REST v2, JSON. */
import { isObject, parseObject, type Destination, type Entry } from './destination';

/** The content type of records as JSON, Confluent REST v2. */
export const TOPIC_CONTENT_TYPE = 'application/vnd.kafka.json.v2+json';

/** The place of a record in a topic. */
export type TopicPlace = readonly [partition: number, offset: number];

/** A range of acknowledged offsets: partition, first, last (inclusive). */
export type OffsetRange = [partition: number, first: number, last: number];

/** Acknowledged offsets, as recorded in the ledger. */
export interface TopicAcknowledgement {
  readonly path?: 'topics';
  readonly offsets: readonly OffsetRange[];
}

/**
 * Whether an entry's `error_code` is retriable. Confluent's 1 and 50002 (refused by Kafka) are not, nor are client
 * errors (400 to 499, 40001 to 49999) other than "too many" and "too late".
 */
export function isRetriableCode(code: number): boolean {
  return !(code === 1 || code === 50002 || /^4(?!08|29)\d\d(\d\d)?$/.test(String(code)));
}

/** Sorted, merged ranges of places. */
export function offsetRanges(places: readonly TopicPlace[]): OffsetRange[] {
  const ranges: OffsetRange[] = [];
  for (const [partition, offset] of [...places].sort((a, b) => a[0] - b[0] || a[1] - b[1])) {
    const last = ranges.at(-1);
    if (last?.[0] === partition && offset <= last[2] + 1) last[2] = Math.max(last[2], offset);
    else ranges.push([partition, offset, offset]);
  }
  return ranges;
}

function entry({
  partition,
  offset,
  error_code: code,
  error,
}: Readonly<Record<string, unknown>>): Entry<TopicPlace> {
  if (code === null || code === undefined) {
    return Number.isInteger(partition) && Number.isInteger(offset)
      ? { kind: 'acknowledged', place: [partition as number, offset as number] }
      : { kind: 'again' };
  }
  const reason = `${JSON.stringify(code)} ${typeof error === 'string' ? error : ''}`.trimEnd();
  return isRetriableCode(Number(code)) ? { kind: 'again', reason } : { kind: 'refused', reason };
}

/** The topic of that name. A record's key is its row number, so a post keeps its partition and order. */
export function topicDestination(topic: string): Destination<TopicPlace> {
  return {
    name: topic,
    requestRecords: Infinity,
    objection: () => undefined,
    text: ({ key, value }) => `{"key":${key},"value":${value}}`,
    request: (texts) => ({
      method: 'POST',
      path: `/topics/${topic}`,
      contentType: TOPIC_CONTENT_TYPE,
      body: `{"records":[${texts.join(',')}]}`,
    }),
    entries(body, count) {
      const offsets = parseObject(body)?.offsets;
      return Array.isArray(offsets) && offsets.length === count && offsets.every(isObject)
        ? offsets.map(entry)
        : undefined;
    },
  };
}
