import { awsEnvironment } from '../../../../tools/pipeline/deployment';

const own = {
  PATH: '/bin',
  AWS_PROFILE: 'work',
  AWS_SESSION_TOKEN: 't',
  AWS_ENDPOINT_URL_S3: 'https://other',
  https_proxy: 'http://proxy:1',
};

describe('the environment that reaches AWS', () => {
  it('has nothing of the own AWS account, and no proxy, for a local AWS', () => {
    const aws = {
      region: 'us-east-1',
      endpoint: 'http://127.0.0.1:1234',
      credentials: { accessKeyId: 'LOCAL', secretAccessKey: 'local' },
    };
    const { AWS_CONFIG_FILE, ...made } = awsEnvironment(aws, own);
    expect(AWS_CONFIG_FILE).toBe('/dev/null');
    expect(made).toMatchObject({
      PATH: '/bin',
      AWS_REGION: 'us-east-1',
      AWS_DEFAULT_REGION: 'us-east-1',
      AWS_ENDPOINT_URL: 'http://127.0.0.1:1234',
      AWS_ACCESS_KEY_ID: 'LOCAL',
      AWS_SECRET_ACCESS_KEY: 'local',
    });
    for (const name of ['AWS_PROFILE', 'AWS_SESSION_TOKEN', 'AWS_ENDPOINT_URL_S3', 'https_proxy']) {
      expect(made).not.toHaveProperty(name);
    }
  });

  it('keeps credential chain and proxy for the real AWS', () => {
    expect(awsEnvironment({ region: 'eu-west-1' }, own)).toMatchObject({
      ...own,
      AWS_REGION: 'eu-west-1',
      AWS_DEFAULT_REGION: 'eu-west-1',
      no_proxy: 'localhost,127.0.0.1,::1',
    });
  });
});
