import { asSentence } from '../../../../services/source/sentence';

test.each([
  ['connect ECONNREFUSED 127.0.0.1:1', 'connect ECONNREFUSED 127.0.0.1:1.'],
  ['It is not there.', 'It is not there.'],
  ['It is not there. ', 'It is not there.'],
  ['It is not there..', 'It is not there.'],
  ['really?', 'really?'],
  ['no!', 'no!'],
  ['the first part …', 'the first part …'],
  ['the first part...', 'the first part...'],
  ['a "quoted" word', 'a "quoted" word.'],
])('%j becomes %j', (text, sentence) => {
  expect(asSentence(text)).toBe(sentence);
});
