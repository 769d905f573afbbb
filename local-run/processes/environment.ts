/**
 * The environment that the local parts get: nothing of the person's own AWS account, tokens or endpoints.
 */

/** What programs need to find other programs, their temporary folder, their proxies and their certificates. */
const KEPT =
  /^(PATH|HOME|USER|LOGNAME|SHELL|LANG|LC_.*|TZ|TMPDIR|JAVA_HOME|MAVEN_.*|PIP_.*|NODE_EXTRA_CA_CERTS|SSL_CERT_.*|REQUESTS_CA_BUNDLE|(https?|no|all)_proxy)$/i;

/**
 * A clean environment for a child process.
 *
 * @param additions variables to set on top.
 * @param from the environment to start from; this process's by default.
 */
export function partEnvironment(
  additions: Readonly<Record<string, string>> = {},
  from: NodeJS.ProcessEnv = process.env,
): Record<string, string> {
  const kept = Object.entries(from).filter(
    (entry): entry is [string, string] => KEPT.test(entry[0]) && entry[1] !== undefined,
  );
  return {
    ...Object.fromEntries(kept),
    // The AWS SDKs must not fall back to the person's profile or to an instance's metadata.
    AWS_CONFIG_FILE: '/dev/null',
    AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
    AWS_EC2_METADATA_DISABLED: 'true',
    ...additions,
  };
}
