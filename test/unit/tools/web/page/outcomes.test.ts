import type { EmulatorReport } from '../../../../../services/emulator';
import { batchSentence, sentSentence } from '../../../../../tools/web/page/outcomes';

const FEED = { sent: 50, acknowledged: 50, failed: 0, retried: 0 };
const REPORT: Omit<EmulatorReport, 'destination'> = {
  ...{
    run: 'a',
    seed: 1,
    from: 0,
    to: 50,
    posts: 50,
    available: 11_000,
    incomplete: 0,
    seconds: 0.5,
    rate: 100,
  },
  ...{ ok: true, warnings: [], problems: [] },
  mode: 'random',
  ended: 'done',
  feeds: { pin: FEED, geo: FEED, user: FEED },
};

test('an emulation to both has a sentence for each', () => {
  const result = {
    topics: { ...REPORT, destination: 'topics' },
    streams: { ...REPORT, destination: 'streams', problems: ['The API did not answer.'] },
  } as const;
  expect(sentSentence(result)).toBe(
    '50 posts to the topics in 0.50 s, 150 records acknowledged. ' +
      '50 posts to the streams in 0.50 s, 150 records acknowledged. The API did not answer.',
  );
});

const CLEANED = { files: 1, lines: 1000, rows: 999, rejects: 1, inserted: 900, updated: 99 };
const FEEDS = { pin: CLEANED, geo: CLEANED, user: CLEANED };

test.each([
  [{ batch: 3, feeds: FEEDS }, 'Batch 3: 3,000 records in 1.5 s, 2,700 new rows, 3 refused.'],
  [{ batch: null, feeds: FEEDS }, 'There was nothing new in the raw files (1.5 s).'],
  [{ batch: null, feeds: null }, 'The daily batch ended after 1.5 s.'],
])('of a batch %#', (result, sentence) => {
  expect(batchSentence({ ...result, dead_letters: 0, seconds: 1.5 })).toBe(sentence);
});
