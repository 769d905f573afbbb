import { readEnvironment } from '../../../../lambda/dead-letters/environment';

const environment = {
  BOOTSTRAP_SERVERS: 'b-1.example:9098,b-2.example:9098',
  AUTHENTICATION: 'iam',
  USER_ID: 'me',
  SINK_BUCKET: 'bucket',
  RAW_FILES: 'topics',
  AWS_REGION: 'eu-west-1',
};

test('reads the environment', () => {
  expect(readEnvironment(environment)).toEqual({
    bootstrapServers: ['b-1.example:9098', 'b-2.example:9098'],
    authentication: 'iam',
    region: 'eu-west-1',
    userId: 'me',
    bucket: 'bucket',
    folder: 'topics',
    isLocal: false,
  });
  expect(readEnvironment({ ...environment, AWS_ENDPOINT_URL: 'http://127.0.0.1:1' }).isLocal).toBe(true);
});

test('names everything that is missing or wrong', () => {
  expect(() => readEnvironment({ ...environment, USER_ID: '', AUTHENTICATION: 'scram' })).toThrow(
    'AUTHENTICATION is "scram", expected "none" or "iam"; USER_ID is not set',
  );
  expect(() => readEnvironment({ ...environment, BOOTSTRAP_SERVERS: 'nowhere' })).toThrow(
    'is not "host:port"',
  );
});
