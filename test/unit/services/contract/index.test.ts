import { FEED_NAMES, feedOfTopic, topicName } from '../../../../services/contract';

test.each(FEED_NAMES)('knows the topic of the feed %s, of any user id', (feed) => {
  for (const userId of ['pinterest', '0a-B', 'x'.repeat(40)])
    expect(feedOfTopic(topicName(userId, feed))?.name).toBe(feed);
});

test.each([
  'pin',
  '.pin',
  'pinterest.',
  'pinterest.pins',
  'pinterest.Pin',
  'pinterest.dead-letters',
  'pinterest.pin.geo',
  'a.pinterest.pin',
  '-a.pin',
  'a_b.pin',
  `${'x'.repeat(41)}.pin`,
])('%s is no feed’s topic', (topic) => {
  expect(feedOfTopic(topic)).toBeUndefined();
});
