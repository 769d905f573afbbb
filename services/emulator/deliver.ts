/** Sends a feed's records to the destination that the options name. */
import { streamName, topicName, type FeedName } from '../contract';
import type { ApiClient } from './api-client';
import type { Acknowledgement } from './ledger';
import type { CheckedOptions } from './options';
import type { FeedRecord } from './records';
import { sendRecords, type SendOutcome, type SendPolicy } from './send';
import { sequencesByShard, streamDestination } from './stream-destination';
import { offsetRanges, topicDestination } from './topic-destination';

/** What became of a feed's records, with the places as the ledger notes them. */
export interface Delivery extends Omit<SendOutcome<never>, 'places'> {
  readonly acknowledgement: Acknowledgement;
}

/** Sends records of a feed. Never throws for what the API or the network does. */
export type Deliver = (
  feed: FeedName,
  records: readonly FeedRecord[],
  policy: SendPolicy,
) => Promise<Delivery>;

/** The function that sends to the options' topics or streams. */
export function deliverTo(
  { userId, destination, streamRoute }: Pick<CheckedOptions, 'userId' | 'destination' | 'streamRoute'>,
  api: ApiClient,
): Deliver {
  if (destination === 'topics') {
    return async (feed, records, policy) => {
      const topic = topicDestination(topicName(userId, feed));
      const { places, ...outcome } = await sendRecords(api, topic, records, policy);
      return { ...outcome, acknowledgement: { offsets: offsetRanges(places) } };
    };
  }
  return async (feed, records, policy) => {
    const stream = streamDestination(streamName(userId, feed), streamRoute);
    const { places, ...outcome } = await sendRecords(api, stream, records, policy);
    return { ...outcome, acknowledgement: { path: 'streams', sequences: sequencesByShard(places) } };
  };
}
