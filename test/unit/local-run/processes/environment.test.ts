import { partEnvironment } from '../../../../local-run/processes/environment';

describe('the environment of the parts', () => {
  test('has nothing of the AWS account, tokens or secrets of the person', () => {
    const environment = partEnvironment(
      { AWS_REGION: 'us-east-1' },
      {
        PATH: '/bin',
        HOME: '/home/me',
        LC_ALL: 'C',
        https_proxy: 'http://proxy',
        AWS_ACCESS_KEY_ID: 'AKIA',
        AWS_SESSION_TOKEN: 'token',
        AWS_ENDPOINT_URL: 'http://elsewhere',
        AWS_PROFILE: 'prod',
        GITHUB_TOKEN: 'secret',
        NODE_OPTIONS: '--inspect',
      },
    );
    expect(environment).toEqual({
      PATH: '/bin',
      HOME: '/home/me',
      LC_ALL: 'C',
      https_proxy: 'http://proxy',
      AWS_CONFIG_FILE: '/dev/null',
      AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
      AWS_EC2_METADATA_DISABLED: 'true',
      AWS_REGION: 'us-east-1',
    });
  });
});
