/** Topics that can be used at once. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Admin, ITopicConfig } from 'kafkajs';

/**
 * Makes topics and waits until the broker knows them. It hears of a topic a moment after the controller has made it, and
 * kafkajs's own waiting for leaders fails in that moment.
 */
export async function makeTopics(admin: Admin, ...topics: ITopicConfig[]): Promise<void> {
  await admin.createTopics({ waitForLeaders: false, topics });
  const known = async (): Promise<boolean> => {
    const all = new Set(await admin.listTopics());
    return topics.every(({ topic }) => all.has(topic));
  };
  while (!(await known())) await sleep(50);
}
