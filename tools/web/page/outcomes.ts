/** Results of calls as sentences. */
import type { Api } from '../protocol';
import { count, duration } from './format';

/** What an emulation sent; problems first. */
export function sentSentence(result: Api['emulate']['result']): string {
  const reports = 'run' in result ? [result] : [result.topics, result.streams];
  return reports
    .map(({ posts, destination, seconds, feeds, problems }) => {
      const acknowledged = Object.values(feeds).reduce((sum, feed) => sum + feed.acknowledged, 0);
      const sent = `${count(posts)} posts to the ${destination} in ${duration(seconds)}, ${count(acknowledged)} records acknowledged`;
      return [`${sent}.`, ...problems].join(' ');
    })
    .join(' ');
}

/** What a batch did. */
export function batchSentence({ batch, feeds, seconds }: Api['batch']['result']): string {
  const took = duration(seconds);
  if (feeds === null) return `The daily batch ended after ${took}.`;
  if (batch === null) return `There was nothing new in the raw files (${took}).`;
  const all = Object.values(feeds);
  const sum = (of: (feed: (typeof all)[number]) => number): string =>
    count(all.reduce((total, feed) => total + of(feed), 0));
  return `Batch ${batch}: ${sum(({ lines }) => lines)} records in ${took}, ${sum(({ inserted }) => inserted)} new rows, ${sum(({ rejects }) => rejects)} refused.`;
}
