import {
  isRetriableCode,
  offsetRanges,
  topicDestination,
} from '../../../../services/emulator/topic-destination';

test('offsets are merged into ranges by partition', () => {
  expect(
    offsetRanges([
      [1, 5],
      [0, 2],
      [0, 1],
      [1, 4],
      [0, 4],
      [0, 2],
    ]),
  ).toEqual([
    [0, 1, 2],
    [0, 4, 4],
    [1, 4, 5],
  ]);
});

test('error codes decide whether to send again', () => {
  expect([1, 50002, 40401, 404, 42203].map(isRetriableCode)).toEqual([false, false, false, false, false]);
  expect([2, 50003, 50301, 500, -1, 429, 42901, 40801].map(isRetriableCode)).not.toContain(false);
});

test('an entry of a response is acknowledged, retriable, or refused', () => {
  const body = JSON.stringify({
    offsets: [
      { partition: 2, offset: 7 },
      { partition: 2, offset: 8, error_code: null, error: null },
      { partition: '2', offset: 9 },
      { partition: null, offset: null, error_code: 50301, error: 'no leader' },
      { partition: null, offset: null, error_code: 40403 },
    ],
  });
  const topic = topicDestination('p.pin');
  expect(topic.entries(body, 5)).toEqual([
    { kind: 'acknowledged', place: [2, 7] },
    { kind: 'acknowledged', place: [2, 8] },
    { kind: 'again' },
    { kind: 'again', reason: '50301 no leader' },
    { kind: 'refused', reason: '40403' },
  ]);
  expect(topic.entries(body, 4)).toBeUndefined();
});
