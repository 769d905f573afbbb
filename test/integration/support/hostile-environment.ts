/** Variables of a person's environment each of which has broken a program of the run, or would. */
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';

/** Nothing listens there: whatever goes through this proxy fails. */
const REFUSES = 'http://127.0.0.1:9';

/**
 * @param folder an empty folder, for modules that no program may load and for a home.
 * @returns the variables. NODE_OPTIONS is not among them: Node obeys it before any code of ours is run.
 */
export function hostileEnvironment(folder: string): Record<string, string> {
  const modules = path.join(folder, 'modules');
  const home = path.join(folder, 'home');
  for (const one of [modules, home]) mkdirSync(one, { recursive: true });
  for (const name of ['duckdb', 'deltalake', 'obstore', 'ministack', 'sitecustomize']) {
    writeFileSync(
      path.join(modules, `${name}.py`),
      `raise SystemExit("the person's own ${name} is loaded")\n`,
    );
  }
  return {
    ...Object.fromEntries(
      ['http_proxy', 'https_proxy', 'all_proxy'].flatMap((name) => [
        [name, REFUSES],
        [name.toUpperCase(), REFUSES],
      ]),
    ),
    NODE_USE_ENV_PROXY: '1',
    PYTHONPATH: modules,
    PYTHONHOME: '/nowhere',
    PYTHONIOENCODING: 'latin-1',
    PYTHONWARNINGS: 'error',
    PYTHONSTARTUP: '/nowhere/startup.py',
    JAVA_TOOL_OPTIONS: '-XX:NoSuchOption',
    _JAVA_OPTIONS: '-XX:NoSuchOption',
    JDK_JAVA_OPTIONS: '-XX:NoSuchOption',
    CLASSPATH: '/nowhere',
    KAFKA_OPTS: '-XX:NoSuchOption',
    NODE_PATH: '/nowhere',
    AWS_PROFILE: 'none-such',
    AWS_CONFIG_FILE: '/nowhere/config',
    AWS_ACCESS_KEY_ID: 'the-real-one',
    AWS_SECRET_ACCESS_KEY: 'the-real-secret',
    AWS_REGION: 'mars-north-1',
    AWS_ENDPOINT_URL_S3: 'http://127.0.0.1:9',
    AWS_USE_FIPS_ENDPOINT: 'true',
    AWS_MAX_ATTEMPTS: 'many',
    LC_ALL: 'tr_TR.UTF-8',
    LANG: 'tr_TR',
    TZ: 'Pacific/Chatham',
    HOME: home,
  };
}
