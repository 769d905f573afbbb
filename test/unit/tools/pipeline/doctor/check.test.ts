import {
  failed,
  isWell,
  makeCheck,
  makeChecks,
  ok,
  together,
  warning,
} from '../../../../../tools/pipeline/doctor/check';

const aws = (name: string, status: number, message = 'said'): Error =>
  Object.assign(new Error(message), { name, $metadata: { httpStatusCode: status } });

const throwing = (error: Error, right?: string) =>
  makeCheck({
    check: 'x',
    ...(right === undefined ? {} : { right }),
    ask: () => Promise.reject(error),
  });

test.each([
  ['AccessDeniedException', 400],
  ['AccessDenied', 403],
  ['UnauthorizedOperation', 403],
  ['403', 403],
  ['ForbiddenException', 403],
])('%s with status %i says which right is wanted', async (name, status) => {
  expect(await throwing(aws(name, status), 'a:B')).toEqual({
    check: 'x',
    status: 'unknown',
    seen: 'not allowed: said',
    remedy: 'These credentials need the right a:B.',
  });
});

test('a right that is wanted is also seen in the cause of an error', async () => {
  const error = new Error('The key cannot be read.', { cause: aws('AccessDenied', 403) });
  expect(await throwing(error, 'a:B')).toMatchObject({
    status: 'unknown',
    remedy: 'These credentials need the right a:B.',
  });
});

test.each(['ExpiredTokenException', 'UnrecognizedClientException', 'InvalidClientTokenId'])(
  '%s is not for want of rights',
  async (name) => {
    expect(await throwing(aws(name, 403), 'a:B')).toMatchObject({ status: 'unknown', seen: 'said' });
  },
);

test('what a stack has and AWS has not has failed', async () => {
  expect(await throwing(aws('ResourceNotFoundException', 400))).toMatchObject({
    status: 'failed',
    seen: 'not there: said',
    remedy: expect.stringContaining('deleted by hand') as string,
  });
});

test('a check that gets no answer ends in time, tells its question to end, and holds up no other', async () => {
  let isAborted = false;
  const results = await makeChecks(
    [
      {
        check: 'slow',
        ask: (signal) => {
          signal.addEventListener('abort', () => (isAborted = true));
          return new Promise(() => undefined);
        },
      },
      { check: 'quick', ask: () => Promise.resolve(ok('there')) },
    ],
    50,
  );
  expect(results).toEqual([
    {
      check: 'slow',
      status: 'unknown',
      seen: 'no response within 0.05 s',
      remedy: expect.stringContaining('Ask again') as string,
    },
    { check: 'quick', status: 'ok', seen: 'there', remedy: null },
  ]);
  expect(isAborted).toBe(true);
  expect(isWell(results)).toBe(false);
});

test('a line stays a line of bearable length', async () => {
  const { seen } = await throwing(new Error(`a\n  b${'c'.repeat(5000)}`));
  expect(seen).toMatch(/^a bc+\.\.\.$/);
  expect(seen.length).toBeLessThan(700);
});

test('several findings have the worst status, and each remedy once', () => {
  expect(together([ok('a'), warning('b', 'Wait.'), failed('c', 'Mend.'), failed('d', 'Mend.')])).toEqual({
    status: 'failed',
    seen: 'a; b; c; d',
    remedy: 'Wait. Mend.',
  });
  expect(together([ok('a'), ok('b')])).toEqual({ status: 'ok', seen: 'a; b' });
});

test('warnings are no failure', async () => {
  const results = await makeChecks([{ check: 'x', ask: () => Promise.resolve(warning('b', 'Wait.')) }]);
  expect(isWell(results)).toBe(true);
});
