import { isStackOf, STACK_PARTS, stackName, stackNamePrefix } from '../../../lib/stack-names';

test('a stack is named by user, stage and part', () => {
  expect(stackName('pinterest', 'local', 'api')).toBe('pinterest-local-api');
  expect(stackNamePrefix('pinterest', 'local')).toBe('pinterest-local-');
});

test('a user id that begins with a digit still gives a name that CloudFormation takes', () => {
  expect(stackName('0a12b', 'local', 'api')).toBe('u0a12b-local-api');
});

test('user ids that differ give names that differ', () => {
  const userIds = ['0a', 'u0a', 'uu0a', 'u', 'ua', '0', 'u0', 'u-0a'];
  expect(new Set(userIds.map((userId) => stackName(userId, 'dev', 'api'))).size).toBe(userIds.length);
});

test('refuses a user id that cannot be used', () => {
  expect(() => stackNamePrefix('a_b', 'local')).toThrow('The user id "a_b" cannot be used');
});

test('the stacks of one pipeline are not confused with those of another with the same prefix', () => {
  const pipelines = ['a', 'a-dev', 'a-dev-dev', 'a-local'].flatMap((userId) =>
    ['local', 'dev', 'prod'].map((stage): [string, string] => [userId, stage]),
  );
  for (const [userId, stage] of pipelines) {
    for (const part of STACK_PARTS) {
      const name = stackName(userId, stage, part);
      expect([name, pipelines.filter((one) => isStackOf(name, ...one))]).toEqual([name, [[userId, stage]]]);
    }
  }
  expect(isStackOf('a-dev-website', 'a', 'dev')).toBe(false);
});
