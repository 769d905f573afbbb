import { FEED_NAMES, FEEDS } from '../../../../services/contract';
import { brokenValue } from '../../../../tools/pipeline/send-broken';

// What becomes of them on both paths is tested in test/integration/local-run-start.test.ts.
test.each(FEED_NAMES)(
  'what is broken of the feed %s is what the kind says, and all of it is JSON',
  (feed) => {
    const { rowNumber } = FEEDS[feed];
    const value = (kind: 'not-json' | 'no-row-number' | 'bad-column'): unknown =>
      JSON.parse(brokenValue({ feed, kind }));
    expect(typeof value('not-json')).toBe('string');
    expect(value('no-row-number')).not.toHaveProperty(rowNumber);
    expect(value('bad-column')).toHaveProperty(rowNumber, 2_000_000_000);
  },
);
