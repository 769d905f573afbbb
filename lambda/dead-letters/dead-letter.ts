/**
 * A dead-letter record as a line of JSON, and where its objects are. Kafka Connect says in headers what was wrong (KIP-298); they are
 * text, whatever their values were.
 */
import type { IHeaders, KafkaMessage } from 'kafkajs';

/** One line. All but the last are null where a stranger wrote to the topic, who set no such header. */
export interface DeadLetter {
  /** The topic of the record that was refused. */
  readonly topic: string | null;
  readonly partition: number | null;
  readonly offset: number | null;
  /** What was wrong with it. */
  readonly reason: string | null;
  /** Its bytes, in base64; null for a record without a value. */
  readonly value: string | null;
  /** The offset in the dead-letter topic. */
  readonly deadLetterOffset: number;
}

/** What a message of the dead-letter topic says. */
export function deadLetterOf({ offset, headers, value }: KafkaMessage): DeadLetter {
  return {
    topic: textOf(headers, 'topic'),
    partition: numberOf(headers, 'partition'),
    offset: numberOf(headers, 'offset'),
    reason: textOf(headers, 'exception.message'),
    value: value === null ? null : value.toString('base64'),
    deadLetterOffset: Number(offset),
  };
}

/**
 * The last header of a name: Kafka Connect adds its own to those of the record, which has some already when it is a dead-letter record
 * that someone sent again.
 */
function textOf(headers: IHeaders | undefined, name: string): string | null {
  const found = headers?.[`__connect.errors.${name}`];
  const last = Array.isArray(found) ? found.at(-1) : found;
  return last === undefined ? null : last.toString();
}

function numberOf(headers: IHeaders | undefined, name: string): number | null {
  const text = textOf(headers, name);
  return text !== null && /^\d{1,15}$/.test(text) ? Number(text) : null;
}
