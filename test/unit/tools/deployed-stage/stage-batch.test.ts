import { formatBatch } from '../../../../tools/cli/format-jobs';
import type { BatchResult } from '../../../../tools/pipeline/batch';
import type { Control } from '../../../../tools/pipeline/pipeline';
import { batchOnStage } from '../../../../tools/deployed-stage/stage-batch';
import { type AwsAnswer, ScriptedAws, stacksAnswer } from './scripted-aws';

const MACHINE = 'arn:aws:states:eu-west-1:123456789012:stateMachine:daily';
const RUN = 'arn:aws:states:eu-west-1:123456789012:execution:daily:1';
const counts = { files: 3, lines: 100, rows: 98, rejects: 2, inserted: 97, updated: 1 };
const report = {
  batch: 4,
  feeds: { pin: counts, geo: counts, user: counts },
  dead_letters: 0,
  seconds: 2.5,
};

let aws: ScriptedAws;
let lines: string[];

/** The state of the run, as Step Functions tells it. */
const state = (status: string, more: object = {}): AwsAnswer => ({
  body: JSON.stringify({ executionArn: RUN, stateMachineArn: MACHINE, status, startDate: 100, ...more }),
});

/** The history so far, newest first, of steps with the ids of their events. */
const history = (...steps: (readonly [number, string])[]): AwsAnswer => ({
  body: JSON.stringify({
    events: steps
      .flatMap(([id, name]) => [
        { id: id + 1, timestamp: 1, type: 'LambdaFunctionScheduled' },
        { id, timestamp: 1, type: 'TaskStateEntered', stateEnteredEventDetails: { name } },
      ])
      .sort((a, b) => b.id - a.id),
  }),
});

beforeEach(async () => {
  aws = await ScriptedAws.start();
  lines = [];
  aws.answers.set('DescribeStacks', stacksAnswer({ 'pinterest-dev-batch': { DailyBatchArn: MACHINE } }));
  aws.answers.set('StartExecution', { body: JSON.stringify({ executionArn: RUN, startDate: 100 }) });
  aws.answers.set('GetExecutionHistory', history());
});
afterEach(() => aws.stop());

const { signal } = new AbortController();
const watched: Control = { signal, tell: (line) => lines.push(line) };
const run = (wait = true, control = watched, pauseMs = 1): Promise<BatchResult> =>
  batchOnStage(aws.stage(), wait, control, pauseMs);
const NOTHING = { batch: null, feeds: null, dead_letters: null };

test('the state machine is started once and waited for; each step is told once', async () => {
  const done = state('SUCCEEDED', { stopDate: 190.4, output: JSON.stringify({ batch: report }) });
  aws.answers.set('DescribeExecution', [state('RUNNING'), state('RUNNING'), state('RUNNING'), done]);
  aws.answers.set('GetExecutionHistory', [
    history([2, 'Clean']),
    history([2, 'Clean']),
    history([2, 'Clean'], [8, 'Answer'], [12, 'Reconcile']),
    history([2, 'Clean'], [8, 'Answer'], [12, 'Reconcile'], [16, 'Care']),
  ]);
  const result = await run();
  expect(result).toEqual({ executionArn: RUN, status: 'SUCCEEDED', ...report, seconds: 90.4, report });
  expect(lines).toEqual([`started ${RUN}`, 'step Clean', 'step Answer', 'step Reconcile', 'step Care']);
  const started = aws.requests.filter(({ operation }) => operation === 'StartExecution');
  expect(started.map(({ input }) => input)).toEqual([{ stateMachineArn: MACHINE }]);
  expect(formatBatch(result)).toMatch(/^The daily batch succeeded in 90 s.*\nBatch 4 in 2\.5 s\nfeed/);
});

test('of Spark there is no report', async () => {
  aws.answers.set(
    'DescribeExecution',
    state('SUCCEEDED', { stopDate: 160, output: JSON.stringify({ care: {} }) }),
  );
  const result = await run();
  expect(result).toMatchObject({ ...NOTHING, report: null, seconds: 60 });
  expect(formatBatch(result)).toBe(
    'The daily batch succeeded in 60 s: tables, answers, reconciliation and maintenance.',
  );
});

test('one that fails is told with the step’s own words', async () => {
  const cause = JSON.stringify({ errorMessage: 'pin: 3 are missing', errorType: 'ReconciliationError' });
  aws.answers.set('DescribeExecution', state('FAILED', { error: 'ReconciliationError', cause }));
  await expect(run()).rejects.toThrow(`${RUN} ended with FAILED: ReconciliationError: pin: 3 are missing.`);
  aws.answers.set('DescribeExecution', state('FAILED', { error: 'States.Timeout', cause: 'too long' }));
  await expect(run()).rejects.toThrow('ended with FAILED: States.Timeout: too long.');
  aws.answers.set('DescribeExecution', state('ABORTED'));
  await expect(run()).rejects.toThrow('ended with ABORTED: no cause is given.');
});

test('it need not be waited for', async () => {
  const result = await run(false);
  expect(result).toEqual({ executionArn: RUN, status: 'RUNNING', ...NOTHING, seconds: 0, report: null });
  expect(formatBatch(result)).toBe(`Started ${RUN}`);
  expect(aws.requests.map(({ operation }) => operation)).toEqual(['DescribeStacks', 'StartExecution']);
});

test('a signal ends the waiting, and says that the batch continues', async () => {
  aws.answers.set('DescribeExecution', state('RUNNING'));
  const control = new AbortController();
  aws.answers.set('GetExecutionHistory', history([2, 'Clean']));
  const tell = (line: string): void => {
    if (line === 'step Clean') control.abort();
  };
  await expect(run(true, { signal: control.signal, tell }, 60_000)).rejects.toThrow('it continues');
});

test('one that may not be started is told', async () => {
  const body = JSON.stringify({ __type: 'AccessDeniedException', message: 'You may not.' });
  aws.answers.set('StartExecution', { status: 400, body });
  await expect(run()).rejects.toThrow('You may not.');
});
