import { failureIn, invokeFunction } from '../../../../tools/deployed-stage/invoke-function';
import { functionError, invocation, ScriptedAws } from './scripted-aws';

const never = new AbortController().signal;

let aws: ScriptedAws;

beforeEach(async () => {
  aws = await ScriptedAws.start();
});
afterEach(() => aws.stop());

const invoke = (signal = never): Promise<unknown> =>
  invokeFunction(aws.stage().aws, 'worker', { posts: 3 }, signal);

test('hands the event over and the answer back', async () => {
  aws.answers.set(invocation('worker'), { body: '{"done":true}' });
  expect(await invoke()).toEqual({ done: true });
  expect(aws.requests.map(({ input }) => input)).toEqual([{ posts: 3 }]);
});

test('what the function raises has its class and its words', async () => {
  aws.answers.set(invocation('worker'), functionError('RangeError', 'Too many.'));
  await expect(invoke()).rejects.toMatchObject({
    name: 'FunctionFailure',
    errorType: 'RangeError',
    reason: 'Too many.',
  });
  // Lambda itself may write something that is no JSON.
  aws.answers.set(invocation('worker'), {
    headers: { 'x-amz-function-error': 'Unhandled' },
    body: 'out of memory',
  });
  await expect(invoke()).rejects.toMatchObject({ errorType: 'Unhandled', reason: 'out of memory' });
});

test('who waits no longer is told that the function continues', async () => {
  await expect(invoke(AbortSignal.abort())).rejects.toThrow(
    'The function worker is no longer waited for; what it began continues.',
  );
});

test.each(['', 'null', '[1]', '{"errorType":3}', '{'])('nothing is read from %p', (text) => {
  expect(failureIn(text)).toEqual({});
});
