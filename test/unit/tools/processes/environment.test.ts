import { childEnvironment, exemptLoopback, forgetAwsAccount } from '../../../../tools/processes/environment';

/** Of every kind of variable that changes how a program behaves. */
const HOSTILE = {
  PATH: '/bin',
  HOME: '/home/me',
  TMPDIR: '/big',
  JAVA_HOME: '/jdk',
  PIPELINE_PROCESS_MARK: 'mark',
  http_proxy: 'http://proxy:1',
  HTTPS_PROXY: 'http://proxy:2',
  All_Proxy: 'socks://proxy:3',
  no_proxy: 'intranet, .corp',
  NO_PROXY: '.corp,10.0.0.1',
  SSL_CERT_FILE: '/corp.pem',
  PYTHONPATH: '/elsewhere',
  PYTHONHOME: '/nowhere',
  PYTHONIOENCODING: 'latin-1',
  PYTHONWARNINGS: 'error',
  JAVA_TOOL_OPTIONS: '-Xwrong',
  _JAVA_OPTIONS: '-Xwrong',
  JDK_JAVA_OPTIONS: '-Xwrong',
  CLASSPATH: '/elsewhere',
  KAFKA_OPTS: '-Xwrong',
  NODE_OPTIONS: '--require /missing.js',
  NODE_PATH: '/elsewhere',
  NODE_USE_ENV_PROXY: '1',
  AWS_PROFILE: 'prod',
  AWS_ENDPOINT_URL_S3: 'http://elsewhere',
  LC_ALL: 'tr_TR.UTF-8',
  LANG: 'missing',
  TZ: 'Mars/Olympus',
  MAVEN_OPTS: '-Dmaven.repo.local=/repository',
  PIP_INDEX_URL: 'https://mirror/simple',
  PIP_TARGET: '/elsewhere',
  GITHUB_TOKEN: 'secret',
};

const BASE = {
  PATH: '/bin',
  HOME: '/home/me',
  TMPDIR: '/big',
  JAVA_HOME: '/jdk',
  PIPELINE_PROCESS_MARK: 'mark',
  LC_ALL: expect.stringMatching(/^(C|en_US)\.UTF-8$/) as string,
  TZ: 'UTC',
  PYTHONUTF8: '1',
  PYTHONNOUSERSITE: '1',
  AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
  no_proxy: 'intranet,.corp,10.0.0.1,localhost,127.0.0.1,::1',
  NO_PROXY: 'intranet,.corp,10.0.0.1,localhost,127.0.0.1,::1',
};
const NO_ACCOUNT = {
  AWS_CONFIG_FILE: '/dev/null',
  AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
  AWS_EC2_METADATA_DISABLED: 'true',
};
const NETWORK = {
  http_proxy: 'http://proxy:1',
  HTTPS_PROXY: 'http://proxy:2',
  All_Proxy: 'socks://proxy:3',
  SSL_CERT_FILE: '/corp.pem',
};

describe('the environment of a child', () => {
  test('that talks to this machine only has nothing that changes its behaviour', () => {
    expect(childEnvironment('local', { AWS_REGION: 'us-east-1' }, HOSTILE)).toEqual({
      ...BASE,
      ...NO_ACCOUNT,
      AWS_REGION: 'us-east-1',
    });
  });

  test('that installs has proxies, certificates and what says where to fetch from', () => {
    expect(childEnvironment('installer', {}, HOSTILE)).toEqual({
      ...BASE,
      ...NO_ACCOUNT,
      ...NETWORK,
      MAVEN_OPTS: HOSTILE.MAVEN_OPTS,
      PIP_INDEX_URL: HOSTILE.PIP_INDEX_URL,
    });
  });

  test('that talks to AWS has proxies, certificates and the AWS variables', () => {
    expect(childEnvironment('aws', {}, HOSTILE)).toEqual({
      ...BASE,
      ...NETWORK,
      AWS_PROFILE: 'prod',
      AWS_ENDPOINT_URL_S3: 'http://elsewhere',
    });
  });

  test('that is the own program of a person has everything, and loopback is exempt', () => {
    const { no_proxy, NO_PROXY } = BASE;
    expect(childEnvironment('person', {}, HOSTILE)).toEqual({ ...HOSTILE, no_proxy, NO_PROXY });
  });
});

test('the own requests to loopback go past a proxy', () => {
  const own: NodeJS.ProcessEnv = { http_proxy: 'http://proxy:1', No_Proxy: '*' };
  exemptLoopback(own);
  expect(own).toMatchObject({ http_proxy: 'http://proxy:1', no_proxy: '*,localhost,127.0.0.1,::1' });
  expect(own.NO_PROXY).toBe(own.no_proxy);
});

test('the own AWS account is forgotten', () => {
  const own: NodeJS.ProcessEnv = { PATH: '/bin', AWS_PROFILE: 'prod', AWS_USE_FIPS_ENDPOINT: 'true' };
  forgetAwsAccount(own);
  expect(own).toEqual({ PATH: '/bin', ...NO_ACCOUNT });
});
