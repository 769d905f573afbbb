import { readEnvironment, withDestination } from '../../../../lambda/emulator/environment';

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
  expect(readEnvironment(environment)).toEqual({
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

test('the destination may be set, and the run has the name of its own that goes with it', () => {
  const options = (DESTINATION: string): object => readEnvironment({ ...environment, DESTINATION }).options;
  expect(options('')).toMatchObject({ destination: 'topics', run: 'scheduled-7' });
  expect(options('topics')).toMatchObject({ destination: 'topics', run: 'scheduled-7' });
  expect(options('streams')).toMatchObject({ destination: 'streams', run: 'scheduled-7-streams' });
  expect(() => options('kinesis')).toThrow('DESTINATION is "kinesis", expected topics or streams');
});

test('tells every variable that is missing or no number at once', () => {
  expect(() =>
    readEnvironment({ ...environment, API_URL: '', USER_ID: undefined, SEED: 'x', RATE: '1e9' }),
  ).toThrow(
    'API_URL is not set; USER_ID is not set; SEED is "x", expected an integer from 0; RATE is "1e9", expected posts per second',
  );
});

test.each([
  [{ SEED: '1.5' }, 'The seed 1.5'],
  [{ POSTS_PER_RUN: '0' }, 'number of posts 0'],
  [{ USER_ID: 'a b' }, 'The user id "a b"'],
])('refuses %p', (change, message) => {
  expect(() => readEnvironment({ ...environment, ...change })).toThrow(message);
});

test('an event may ask for a destination, and a wrong one is refused', () => {
  const destination = (event: unknown): unknown =>
    readEnvironment(withDestination({ ...environment, DESTINATION: 'topics' }, event)).options.destination;
  expect(destination({ destination: 'streams' })).toBe('streams');
  for (const event of [undefined, null, {}, 'streams']) expect(destination(event)).toBe('topics');
  expect(() => destination({ destination: 'kafka' })).toThrow('DESTINATION is "kafka"');
});
