import { formatStageReconciliation, reconcileStage } from '../../../../tools/stage/stage-reconcile';
import { functionError, invocation, ScriptedAws, stacksAnswer } from './scripted-aws';

const never = new AbortController().signal;
const assessment = {
  ...{ feed: 'pin', path: 'topics', missing: 0, duplicate: 0, on_the_way: 1200, outside_raw_files: 3 },
  findings: [],
};

let aws: ScriptedAws;

beforeEach(async () => {
  aws = await ScriptedAws.start();
  aws.answers.set(
    'DescribeStacks',
    stacksAnswer({ 'pinterest-dev-batch': { ReconcileFunctionName: 'counter' } }),
  );
});
afterEach(() => aws.stop());

test('is what the stage’s function counts', async () => {
  aws.answers.set(invocation('counter'), { body: JSON.stringify({ assessments: [assessment] }) });
  const result = await reconcileStage(aws.stage(), never);
  expect(result).toEqual({ ok: true, assessments: [assessment] });
  expect(formatStageReconciliation(result).split('\n').at(-1)).toMatch(/^topics +pin +0 +0 +1,200 +3$/);
});

test('what is missing or double is told in the function’s words, and is not well', async () => {
  const problem =
    'The reconciliation found: pin: 3 in raw files, but neither in the table nor in quarantine.';
  aws.answers.set(invocation('counter'), functionError('ReconciliationError', problem));
  const result = await reconcileStage(aws.stage(), never);
  expect(result).toEqual({ ok: false, assessments: [], problem });
  expect(formatStageReconciliation(result)).toBe(problem);
});

test('a function that cannot count is no result', async () => {
  aws.answers.set(invocation('counter'), functionError('Sandbox.Timedout', 'Task timed out'));
  await expect(reconcileStage(aws.stage(), never)).rejects.toThrow(
    'The function counter failed with Sandbox.Timedout: Task timed out',
  );
});
