import { stackName, stackNamePrefix } from '../../../lib/stack-names';

test('a stack is named by user, stage and part', () => {
  expect(stackName('pinterest', 'local', 'api')).toBe('pinterest-local-api');
  expect(stackNamePrefix('pinterest', 'local')).toBe('pinterest-local-');
});

test('a user id that begins with a digit still gives a name that CloudFormation takes', () => {
  expect(stackName('0a12b', 'local', 'api')).toBe('u0a12b-local-api');
});

test('refuses a user id that cannot be used', () => {
  expect(() => stackNamePrefix('a_b', 'local')).toThrow('The user id "a_b" cannot be used');
});
