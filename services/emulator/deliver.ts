/** Sends a feed's records to the configured destination. */
import { streamName, topicName, type FeedName } from '../contract';
import type { ApiClient } from './api-client';
import type { Acknowledgement } from './ledger';
import type { CheckedOptions } from './options';
import type { FeedRecord } from './records';
import { sendRecords, type SendOutcome, type SendPolicy } from './send';
import { sequencesByShard, streamDestination } from './stream-destination';
import { offsetRanges, topicDestination } from './topic-destination';

/** Outcome of a feed's records, with their places in the ledger's form. */
export interface Delivery extends Omit<SendOutcome<never>, 'places'> {
  readonly acknowledgement: Acknowledgement;
}

/** Sends records of a feed. Never throws for errors of the API or the network. */
export type Deliver = (
  feed: FeedName,
  records: readonly FeedRecord[],
  policy: SendPolicy,
) => Promise<Delivery>;

/** The function that sends to the configured topics or streams. */
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
