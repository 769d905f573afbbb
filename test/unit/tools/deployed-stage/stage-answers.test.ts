import { formatAnswers } from '../../../../tools/cli/format-jobs';
import { answersMade } from '../../../../tools/pipeline/answers';
import { keptAnswers } from '../../../../tools/deployed-stage/stage-answers';
import { ScriptedAws, stacksAnswer } from './scripted-aws';

const GET = 'GET /sink/answers/answers.json?x-id=GetObject';
const HEAD = 'HEAD /sink/answers/answers.json';
const headers = { 'last-modified': 'Sat, 31 Jan 2026 03:04:05 GMT' };
const answers = [{ question: '1', title: 'The most', columns: ['country', 'n'], rows: [['Albania', 1200]] }];

let aws: ScriptedAws;

beforeEach(async () => {
  aws = await ScriptedAws.start();
  aws.answers.set('DescribeStacks', stacksAnswer({ 'pinterest-dev-storage': { SinkBucketName: 'sink' } }));
});
afterEach(() => aws.stop());

test('are those of the bucket, with the time they were made', async () => {
  aws.answers.set(GET, { headers, body: JSON.stringify({ answers }) });
  const kept = await keptAnswers(aws.stage());
  expect(kept).toEqual({ made: '2026-01-31T03:04:05.000Z', answers });
  expect(formatAnswers(kept)).toBe(
    'Answers of 2026-01-31T03:04:05.000Z\n\n1. The most\n\ncountry      n\n-------  -----\nAlbania  1,200\n',
  );
});

test('that are not there yet are told, with what makes them', async () => {
  aws.answers.set(GET, {
    status: 404,
    body: '<Error><Code>NoSuchKey</Code><Message>None.</Message></Error>',
  });
  await expect(keptAnswers(aws.stage())).rejects.toThrow(
    'There are no answers yet in s3://sink/answers/answers.json. Run the batch first: `npm run pipeline -- batch --stage dev --region eu-west-1`',
  );
});

test('that may not be read are not taken for missing', async () => {
  aws.answers.set(GET, {
    status: 403,
    body: '<Error><Code>AccessDenied</Code><Message>No.</Message></Error>',
  });
  await expect(keptAnswers(aws.stage())).rejects.toThrow('No.');
});

test('that are no answers are told', async () => {
  aws.answers.set(GET, { headers, body: '{}' });
  await expect(keptAnswers(aws.stage())).rejects.toThrow('is no document of answers');
});

test('their time alone is told, or that there are none', async () => {
  aws.answers.set(HEAD, { headers, body: '' });
  expect(await answersMade(aws.stage(), 'sink')).toBe('2026-01-31T03:04:05.000Z');
  aws.answers.set(HEAD, { status: 404, body: '' });
  expect(await answersMade(aws.stage(), 'sink')).toBeUndefined();
  aws.answers.set(HEAD, { status: 403, body: '' });
  await expect(answersMade(aws.stage(), 'sink')).rejects.toThrow();
});
