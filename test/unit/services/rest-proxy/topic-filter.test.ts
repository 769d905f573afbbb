import { parseTopics, topicFilter } from '../../../../services/rest-proxy/topic-filter';

test.each([
  [
    'pinterest.*',
    ['pinterest.pin', 'pinterest.', 'pinterest.dead-letters'],
    ['pinterest', 'pinterest2.pin', 'x.pin'],
  ],
  ['a, b.*', ['a', 'b.c'], ['aa', 'b', 'c']],
  ['*', ['a', '__x'], []],
  ['a.b', ['a.b'], ['axb', 'a.bc']],
])('%s serves %j and not %j', (text, served, others) => {
  const serves = topicFilter(parseTopics(text));
  expect(served.filter((topic) => !serves(topic))).toEqual([]);
  expect(others.filter(serves)).toEqual([]);
});

test.each([
  ['', '""'],
  ['a,', '""'],
  ['*.pin', '"*.pin"'],
  ['a**', '"a**"'],
  ['ä', '"ä"'],
  ['a b', '"a b"'],
])('%j is refused, naming %s', (text, part) => {
  expect(() => parseTopics(text)).toThrow(`${part} is neither a topic nor a prefix`);
});
