/** Sends a broken record for trial: it must end in quarantine or among the dead-letter records, and stop nothing. */
import { FEEDS, streamName, topicName, type FeedName } from '../../services/contract';
import { openPorts, sendOne, type Acknowledgement } from '../../services/emulator';
import { emulatorTargets } from './emulate';
import type { Deployment } from './deployment';
import type { BrokenRecord, SentBroken } from './hands';

/** The run in whose ledger broken records are noted. */
const RUN = 'broken';
/** No post has this row number, so that no row of a post is meant. */
const ROW_NUMBER = 2_000_000_000;

/** A value of each feed that its cleaning refuses (`engines/sql/clean/`). */
const BAD_COLUMNS: Readonly<Record<FeedName, object>> = {
  pin: { downloaded: 'perhaps' },
  geo: { latitude: 91, longitude: 0 },
  user: { age: 'old' },
};

/** The value of a broken record, as JSON: the API takes nothing else, so "not JSON" is a text where an object belongs. */
export function brokenValue({ feed, kind }: Pick<BrokenRecord, 'feed' | 'kind'>): string {
  switch (kind) {
    case 'not-json':
      return JSON.stringify(`<b>no</b> JSON object of the feed ${feed}`);
    case 'no-row-number':
      return JSON.stringify({ broken: `no row number of the feed ${feed}` });
    case 'bad-column':
      return JSON.stringify({ [FEEDS[feed].rowNumber]: ROW_NUMBER, ...BAD_COLUMNS[feed] });
  }
}

/** Sends it. @throws Error when it was not acknowledged. */
export async function sendBroken(
  deployment: Deployment,
  record: BrokenRecord,
  signal: AbortSignal,
): Promise<SentBroken> {
  const { userId, aws } = deployment;
  const { feed, to } = record;
  const value = brokenValue(record);
  const ports = await openPorts(emulatorTargets(deployment), aws);
  try {
    const single = { userId, destination: to, feed, run: RUN, key: ROW_NUMBER, value };
    return { ...record, place: placeOf(userId, feed, await sendOne(single, ports, signal)), value };
  } finally {
    await ports.close();
  }
}

function placeOf(userId: string, feed: FeedName, acknowledged: Acknowledgement): string {
  if ('offsets' in acknowledged) {
    const [[partition, offset] = []] = acknowledged.offsets;
    return `${topicName(userId, feed)}, partition ${partition}, offset ${offset}`;
  }
  const [[shard, [number]] = ['', []]] = Object.entries(acknowledged.sequences);
  return `${streamName(userId, feed)}, ${shard}, sequence number ${number}`;
}
