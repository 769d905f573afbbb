import {
  emulatorChange,
  formatEmulator,
  formatParts,
  formatSentBroken,
} from '../../../../tools/cli/hands-commands';
import type { PartState } from '../../../../tools/pipeline/hands';

test.each([
  [[], undefined],
  [['pause'], { paused: true }],
  [['resume'], { paused: false }],
  [['rate', '2.5'], { rate: 2.5 }],
  [['rate', '0'], { rate: 0 }],
])('`emulator %j` asks for %j', (args, change) => {
  expect(emulatorChange(...args)).toEqual(change);
});

test.each([
  [['rate'], /Expected posts a second, for example rate 20\./],
  [['rate', 'fast'], /Expected posts a second from 0/],
  [['pause', '3'], /pause takes no number/],
])('`emulator %j` is refused', (args, message) => {
  expect(() => emulatorChange(...args)).toThrow(message);
});

test('parts are a table; of one alone the end of its log follows', () => {
  const part = (name: string, rest: Partial<PartState> = {}): PartState => ({
    ...{ name, state: 'up', pid: 7, logFile: `/logs/${name}.log`, log: ['one', 'two'] },
    ...rest,
  });
  expect(formatParts([part('kafka'), part('mariadb', { state: 'starting', pid: null })]).split('\n')).toEqual(
    [
      'part     state     pid  log',
      '-------  --------  ---  -----------------',
      'kafka    up        7    /logs/kafka.log',
      'mariadb  starting  -    /logs/mariadb.log',
    ],
  );
  expect(
    formatParts([part('kafka', { state: 'frozen' })])
      .split('\n')
      .slice(2),
  ).toEqual(['kafka  frozen  7    /logs/kafka.log', '', 'one', 'two']);
});

test('how posts flow is one sentence', () => {
  expect(formatEmulator({ paused: false, rate: 10 })).toBe('Posts flow 10 a second.');
  expect(formatEmulator({ paused: true, rate: 0 })).toBe(
    'Posts are paused; resumed they flow as fast as they go.',
  );
});

test('a broken record is shown with its place', () => {
  const sent = {
    feed: 'pin',
    kind: 'not-json',
    to: 'topics',
    place: 'me.pin, partition 1, offset 4',
    value: '"x"',
  };
  expect(formatSentBroken(sent as Parameters<typeof formatSentBroken>[0])).toBe(
    'Acknowledged at me.pin, partition 1, offset 4: "x"',
  );
});
