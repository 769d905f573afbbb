import { linkToReport } from '../../../../tools/deployed-stage/stage-report';
import { ScriptedAws, stacksAnswer } from './scripted-aws';

const HEAD = 'HEAD /sink/reports/latest.html';
const headers = { 'last-modified': 'Sat, 31 Jan 2026 03:04:05 GMT' };
const { signal } = new AbortController();

let aws: ScriptedAws;

beforeEach(async () => {
  aws = await ScriptedAws.start();
  aws.answers.set('DescribeStacks', stacksAnswer({ 'pinterest-dev-storage': { SinkBucketName: 'sink' } }));
});
afterEach(() => aws.stop());

test('is a link to this one object that holds for a quarter of an hour, and when the report was made', async () => {
  aws.answers.set(HEAD, { headers, body: '' });
  const { url = '', ...report } = await linkToReport(aws.stage(), signal);
  expect(report).toEqual({ key: 'reports/latest.html', made: '2026-01-31T03:04:05.000Z' });
  const { pathname, searchParams } = new URL(url);
  expect(pathname).toBe('/sink/reports/latest.html');
  expect(searchParams.get('X-Amz-Expires')).toBe('900');
  expect(searchParams.get('X-Amz-Signature')).toMatch(/^[0-9a-f]{64}$/);
});

test('a report that is not there yet is an error that names what makes it', async () => {
  aws.answers.set(HEAD, { status: 404, body: '' });
  await expect(linkToReport(aws.stage(), signal)).rejects.toThrow(
    'There is no report yet in s3://sink/reports/latest.html. The first batch makes one: `npm run pipeline -- batch --stage dev',
  );
});

test('one that may not be read is not taken for missing', async () => {
  aws.answers.set(HEAD, { status: 403, body: '' });
  await expect(linkToReport(aws.stage(), signal)).rejects.not.toThrow('There is no report yet');
});
