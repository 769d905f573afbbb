import type { Reconciliation } from '../../../../tools/pipeline/reconcile';
import { reconcileStage } from '../../../../tools/stage/stage-reconcile';
import { functionError, invocation, ScriptedAws, stacksAnswer } from './scripted-aws';

const never = new AbortController().signal;

let aws: ScriptedAws;

beforeEach(async () => {
  aws = await ScriptedAws.start();
  aws.answers.set(
    'DescribeStacks',
    stacksAnswer({ 'pinterest-dev-batch': { ReconcileFunctionName: 'counter' } }),
  );
});
afterEach(() => aws.stop());

test.each([true, false])('is the document of the stage’s function, ok %s', async (ok) => {
  const found: Reconciliation = { ok, feeds: [], streams: [] };
  aws.answers.set(invocation('counter'), { body: JSON.stringify(found) });
  expect(await reconcileStage(aws.stage(), never)).toEqual(found);
  expect(aws.requests.at(-1)?.input).toEqual({ check: false });
});

test('a function that cannot count is no result', async () => {
  aws.answers.set(invocation('counter'), functionError('Sandbox.Timedout', 'Task timed out'));
  await expect(reconcileStage(aws.stage(), never)).rejects.toThrow(
    'The function counter failed with Sandbox.Timedout: Task timed out',
  );
});
