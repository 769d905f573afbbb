import { childEnvironment } from '../../../cli/deployment';

const own = {
  PATH: '/bin',
  AWS_PROFILE: 'work',
  AWS_SESSION_TOKEN: 't',
  AWS_ENDPOINT_URL_S3: 'https://other',
};

describe('childEnvironment', () => {
  it('passes nothing of the own AWS account on to a local AWS', () => {
    const aws = {
      region: 'us-east-1',
      endpoint: 'http://127.0.0.1:1234',
      credentials: { accessKeyId: 'LOCAL', secretAccessKey: 'local' },
    };
    expect(childEnvironment(aws, own)).toEqual({
      PATH: '/bin',
      AWS_REGION: 'us-east-1',
      AWS_DEFAULT_REGION: 'us-east-1',
      AWS_ENDPOINT_URL: 'http://127.0.0.1:1234',
      AWS_ACCESS_KEY_ID: 'LOCAL',
      AWS_SECRET_ACCESS_KEY: 'local',
    });
  });

  it('keeps the credential chain for the real AWS', () => {
    expect(childEnvironment({ region: 'eu-west-1' }, own)).toEqual({
      ...own,
      AWS_REGION: 'eu-west-1',
      AWS_DEFAULT_REGION: 'eu-west-1',
    });
  });
});
