import type { KafkaMessage } from 'kafkajs';
import { deadLetterOf } from '../../../../lambda/dead-letters/dead-letter';

const message = (over: Partial<KafkaMessage>): KafkaMessage =>
  ({
    key: null,
    value: Buffer.from('[1]'),
    timestamp: '0',
    attributes: 0,
    offset: '7',
    ...over,
  }) as KafkaMessage;

const headers = {
  '__connect.errors.topic': Buffer.from('pinterest.pin'),
  '__connect.errors.partition': Buffer.from('2'),
  '__connect.errors.offset': Buffer.from('41'),
  '__connect.errors.exception.message': Buffer.from('it is an array – „[1]“'),
};

test('says where the record was, what was wrong with it, and its bytes', () => {
  expect(deadLetterOf(message({ headers }))).toEqual({
    topic: 'pinterest.pin',
    partition: 2,
    offset: 41,
    reason: 'it is an array – „[1]“',
    value: 'WzFd',
    deadLetterOffset: 7,
  });
});

test('bytes that are no text stay what they are, and a record without a value has none', () => {
  expect(deadLetterOf(message({ value: Buffer.from([0xff, 0x0a, 0x00]) })).value).toBe('/woA');
  expect(deadLetterOf(message({ value: null })).value).toBeNull();
  expect(deadLetterOf(message({ value: Buffer.alloc(0) })).value).toBe('');
});

test('of a record of a stranger what it does not say is null', () => {
  const stranger = { topic: null, partition: null, offset: null, reason: null };
  expect(deadLetterOf(message({}))).toMatchObject(stranger);
  expect(
    deadLetterOf(
      message({
        headers: { '__connect.errors.partition': 'x', '__connect.errors.offset': Buffer.from('-1') },
      }),
    ),
  ).toMatchObject(stranger);
});

test('of a header that is there twice Kafka Connect’s own counts, which is the last', () => {
  const twice = { '__connect.errors.topic': [Buffer.from('a'), Buffer.from('b')] };
  expect(deadLetterOf(message({ headers: twice })).topic).toBe('b');
});
