/**
 * The environment of every child process, and what this process forgets of its own. The person's variables that change
 * how programs behave reach none of ours; those that do are listed in docs/environment.md.
 */
import { MARK_VARIABLE } from './identity.cjs';

/**
 * What a child is:
 * - `local`: talks to this machine only (the parts, the table engine and the CDK on the local AWS);
 * - `installer`: fetches or builds from the network (Maven, pip, venv), so it gets proxies, certificates and its settings;
 * - `aws`: talks to AWS, so it gets proxies, certificates and the AWS variables;
 * - `person`: a program of the person's own in their terminal (`ssh`, the AWS command line), which gets everything.
 */
export type ChildPurpose = 'local' | 'installer' | 'aws' | 'person';

/** What every program needs to find others, its home and its temporary folder. */
const ALWAYS = ['PATH', 'HOME', 'USER', 'LOGNAME', 'SHELL', 'TMPDIR', 'JAVA_HOME', MARK_VARIABLE];
const NETWORK = /^((https?|all)_proxy|SSL_CERT_(FILE|DIR)|NODE_EXTRA_CA_CERTS|REQUESTS_CA_BUNDLE)$/i;
/** Of pip's settings those that say where from and how to fetch, not those that say where to install. */
const INSTALLER =
  /^(MAVEN_.*|PIP_(INDEX_URL|EXTRA_INDEX_URL|FIND_LINKS|NO_INDEX|TRUSTED_HOST|CERT|CLIENT_CERT|PROXY|CACHE_DIR|CONFIG_FILE|DEFAULT_TIMEOUT|RETRIES))$/;

const KEPT: Readonly<Record<ChildPurpose, readonly RegExp[]>> = {
  local: [],
  installer: [NETWORK, INSTALLER],
  aws: [NETWORK, /^AWS_/],
  person: [/./],
};

/** The AWS SDKs must not fall back to the person's profile or to an instance's metadata. */
const NO_AWS_ACCOUNT = {
  AWS_CONFIG_FILE: '/dev/null',
  AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
  AWS_EC2_METADATA_DISABLED: 'true',
};

/** The same texts, times and files whatever the person's language, place and Python settings are. */
const SAME_EVERYWHERE = {
  // Java reads and writes names of files by it. macOS has no C.UTF-8 before version 15.
  LC_ALL: process.platform === 'darwin' ? 'en_US.UTF-8' : 'C.UTF-8',
  TZ: 'UTC',
  PYTHONUTF8: '1',
  PYTHONNOUSERSITE: '1',
  // No one reads what a child says of the Node.js of later years; `engines` says which is taken.
  AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
};

const LOOPBACK = ['localhost', '127.0.0.1', '::1'];

/** Both spellings of `no_proxy`: what the person's say, and loopback. Some programs read one, some the other. */
function loopbackWithoutProxy(from: NodeJS.ProcessEnv): Record<string, string> {
  const own = Object.entries(from).flatMap(([name, value]) =>
    name.toLowerCase() === 'no_proxy' ? (value ?? '').split(',').map((host) => host.trim()) : [],
  );
  const hosts = [...new Set([...own.filter((host) => host !== ''), ...LOOPBACK])].join(',');
  return { no_proxy: hosts, NO_PROXY: hosts };
}

/**
 * The environment for a child process.
 *
 * @param additions variables to set on top.
 * @param from the environment to start from; this process's by default.
 */
export function childEnvironment(
  purpose: ChildPurpose,
  additions: Readonly<Record<string, string>> = {},
  from: NodeJS.ProcessEnv = process.env,
): Record<string, string> {
  const kept = Object.entries(from).filter(
    (entry): entry is [string, string] =>
      entry[1] !== undefined &&
      (ALWAYS.includes(entry[0]) || KEPT[purpose].some((pattern) => pattern.test(entry[0]))),
  );
  return {
    ...Object.fromEntries(kept),
    ...(purpose === 'person' ? {} : SAME_EVERYWHERE),
    ...(purpose === 'local' || purpose === 'installer' ? NO_AWS_ACCOUNT : {}),
    ...loopbackWithoutProxy(from),
    ...additions,
  };
}

/**
 * Every entry point calls this first. It has this process's own requests to loopback go past any proxy, which Node uses
 * when NODE_USE_ENV_PROXY is set.
 */
export function exemptLoopback(env: NodeJS.ProcessEnv = process.env): void {
  Object.assign(env, loopbackWithoutProxy(env), {
    // Versions are pinned: a notice of what later ones will need is none of the reader's business.
    AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
  });
}

/** Forgets the person's AWS account and settings, before the first client of a local AWS is made in this process. */
export function forgetAwsAccount(env: NodeJS.ProcessEnv = process.env): void {
  for (const name of Object.keys(env)) {
    if (/^AWS_(?!SDK_JS_NODE_VERSION)/.test(name)) Reflect.deleteProperty(env, name);
  }
  Object.assign(env, NO_AWS_ACCOUNT);
}
