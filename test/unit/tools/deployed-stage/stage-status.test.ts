import { formatStatus } from '../../../../tools/cli/format-status';
import { stageStatus } from '../../../../tools/deployed-stage/stage-status';
import { ScriptedAws, stacksAnswer } from './scripted-aws';

let aws: ScriptedAws;

beforeEach(async () => {
  aws = await ScriptedAws.start();
  aws.answers.set(
    'DescribeStacks',
    stacksAnswer({
      'pinterest-dev-storage': { SinkBucketName: 'sink' },
      'pinterest-dev-api': {},
      'pinterest-prod-api': {},
      'pinterest-dev-dev-api': {},
    }),
  );
  aws.answers.set('DescribeAlarms', { body: '{"MetricAlarms":[]}' });
  aws.answers.set('HEAD /sink/answers/answers.json', {
    headers: { 'last-modified': 'Sat, 31 Jan 2026 03:04:05 GMT' },
    body: '',
  });
});
afterEach(() => aws.stop());

test('is of the stacks, the alarms and the answers of the stage', async () => {
  const status = await stageStatus(aws.stage());
  const stack = { state: 'CREATE_COMPLETE', changed: '2026-01-01T00:00:00.000Z' };
  expect(status).toEqual({
    ...{ stage: 'dev', userId: 'pinterest', region: 'eu-west-1', ok: true, alarms: [] },
    stacks: [
      { name: 'pinterest-dev-api', ...stack },
      { name: 'pinterest-dev-storage', ...stack },
    ],
    answersMade: '2026-01-31T03:04:05.000Z',
  });
  const asked = aws.requests.find(({ operation }) => operation === 'DescribeAlarms')?.input;
  expect(asked).toEqual({ AlarmNamePrefix: 'pinterest-dev/', StateValue: 'ALARM' });
  expect(formatStatus(status).split('\n').slice(-2)).toEqual([
    'No alarm is on.',
    'The newest answers are of 2026-01-31T03:04:05.000Z.',
  ]);
});

test('is not well with an alarm, of all pages', async () => {
  aws.answers.set('DescribeAlarms', [
    { body: '{"MetricAlarms":[{"AlarmName":"pinterest-dev/sink/lag"}],"NextToken":"more"}' },
    { body: '{"MetricAlarms":[{"AlarmName":"pinterest-dev/batch/failed"}]}' },
  ]);
  const status = await stageStatus(aws.stage());
  expect([status.ok, status.alarms]).toEqual([
    false,
    ['pinterest-dev/batch/failed', 'pinterest-dev/sink/lag'],
  ]);
  expect(formatStatus(status)).toContain(': pinterest-dev/batch/failed, pinterest-dev/sink/lag\n');
});

test.each(['UPDATE_ROLLBACK_COMPLETE', 'CREATE_FAILED', 'UPDATE_IN_PROGRESS'])(
  'is not well with a stack in %s',
  async (state) => {
    const { body } = stacksAnswer({ 'pinterest-dev-api': {}, 'pinterest-dev-storage': {} });
    aws.answers.set('DescribeStacks', { body: body.replace('CREATE_COMPLETE', state) });
    const status = await stageStatus(aws.stage());
    expect([status.ok, status.stacks[0]?.state]).toEqual([false, state]);
    // Without the bucket there can be no answers.
    expect(formatStatus(status)).toContain('There are no answers yet.');
  },
);

test('of a stage that is not deployed is told', async () => {
  await expect(stageStatus(aws.stage('dev', 'somebody'))).rejects.toThrow(
    'No stack named somebody-dev-* is in eu-west-1',
  );
});
