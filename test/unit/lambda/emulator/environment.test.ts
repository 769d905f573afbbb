import { readEnvironment } from '../../../../lambda/emulator/environment';

const environment = {
  API_URL: 'https://x/v1',
  SOURCE_SECRET_ARN: 'arn:secret',
  SINK_BUCKET: 'bucket',
  USER_ID: 'me',
  SEED: '7',
  POSTS_PER_RUN: '500',
  RATE: '0.5',
};

test('reads the environment', () => {
  expect(readEnvironment(environment, {})).toEqual({
    targets: { apiUrl: 'https://x/v1', sourceSecretArn: 'arn:secret', sinkBucket: 'bucket' },
    options: {
      userId: 'me',
      destination: 'topics',
      mode: 'random',
      seed: 7,
      run: 'scheduled-7',
      posts: 500,
      rate: 0.5,
    },
  });
});

test('the id of a key is there where the API asks for one', () => {
  expect(readEnvironment({ ...environment, API_KEY_ID: 'abc123' }, {}).targets.apiKeyId).toBe('abc123');
  expect(readEnvironment({ ...environment, API_KEY_ID: '' }, {}).targets).not.toHaveProperty('apiKeyId');
});

test('reports every variable that is missing or no number at once', () => {
  expect(() =>
    readEnvironment({ ...environment, API_URL: '', USER_ID: undefined, SEED: 'x', RATE: '1e9' }, {}),
  ).toThrow(
    'API_URL is not set; USER_ID is not set; SEED is "x", expected an integer from 0; RATE is "1e9", expected posts per second',
  );
});

test.each([
  [{ SEED: '1.5' }, 'The seed 1.5'],
  [{ POSTS_PER_RUN: '0' }, 'number of posts 0'],
  [{ USER_ID: 'a b' }, 'The user id "a b"'],
])('refuses %p', (change, message) => {
  expect(() => readEnvironment({ ...environment, ...change }, {})).toThrow(message);
});

test.each([
  [{ destination: 'kafka' }, 'destination "kafka" cannot be used: expected "topics" or "streams"'],
  [{ mode: 'some' }, 'mode "some" cannot be used'],
  [{ seed: -1 }, 'The seed -1'],
  [{ posts: 0 }, 'number of posts 0 cannot be used'],
  [{ run: '../x' }, 'run "../x" cannot be used'],
])('refuses the event %p', (event, message) => {
  expect(() => readEnvironment(environment, event)).toThrow(message);
});
