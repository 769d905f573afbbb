import { messageOf } from '../../../../tools/pipeline/aws-errors';

test('an error is told in its own words', () => {
  expect(messageOf(new Error('It is broken.'))).toBe('It is broken.');
  expect(messageOf('broken')).toBe('broken');
});

test('missing credentials are told with what is expected', () => {
  const error = Object.assign(new Error('Could not load credentials'), { name: 'CredentialsProviderError' });
  expect(messageOf(error)).toMatch(
    /^No AWS credentials were found \(Could not load credentials\)\..*AWS_PROFILE/,
  );
});
