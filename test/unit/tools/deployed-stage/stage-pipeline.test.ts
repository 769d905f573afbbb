import type { Pipeline } from '../../../../tools/pipeline/pipeline';
import type { Reconciliation } from '../../../../tools/pipeline/reconcile';
import { StagePipeline } from '../../../../tools/deployed-stage/stage-pipeline';
import { functionError, invocation, ScriptedAws, stacksAnswer } from './scripted-aws';

const control = { signal: new AbortController().signal, tell: () => undefined };
const reconcile = (): Promise<Reconciliation> => new StagePipeline(aws.stage()).reconcile({}, control);

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
  expect(await reconcile()).toEqual(found);
  expect(aws.requests.at(-1)?.input).toEqual({ check: false });
});

test.each(['parts', 'actOnPart', 'emulator', 'setEmulator', 'sendBroken'] as const)(
  'a stage has no %s, and says why',
  async (method) => {
    const pipeline: Pipeline = new StagePipeline(aws.stage());
    await expect(pipeline[method]({} as never, control)).rejects.toThrow(
      new RegExp(`^${method} cannot be used with a stage on AWS: .+\\.$`),
    );
    expect(aws.requests).toEqual([]);
  },
);

test('a function that cannot count is no result', async () => {
  aws.answers.set(invocation('counter'), functionError('Sandbox.Timedout', 'Task timed out'));
  await expect(reconcile()).rejects.toThrow(
    'The function counter failed with Sandbox.Timedout: Task timed out',
  );
});
