/** The browser of the suite `browser`: finds a Chromium on this machine, and installs the distribution's where there is none. */
import { findProgram } from '../../tools/processes/find-program';
import { run, suiteEnvironment } from './command';

/** The variable that names another Chromium: a path, or a name on the PATH. */
export const CHROMIUM_VARIABLE = 'CHROMIUM';
/** As Debian, Ubuntu and Google name it. */
const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];
/** The sandbox is for persons other than root; the fonts are for the pictures. */
const PACKAGES = ['chromium', 'chromium-sandbox', 'fonts-liberation'];
const INSTALL_LIMIT_MS = 900_000;

/** The sentences on what is wrong and what to do. */
function missing(why: string): Error {
  return new Error(
    `The tests in a browser need Chromium, and ${why}. Install it ("apt-get install ${PACKAGES.join(' ')}" on Debian as root; ` +
      `elsewhere Chromium or Google Chrome as your system does), or set ${CHROMIUM_VARIABLE} to its path.`,
  );
}

/**
 * The path of the Chromium to use.
 *
 * @param env the environment: PATH, and CHROMIUM if it is set.
 * @throws Error saying how to get one, when there is none.
 */
export function findChromium(env: NodeJS.ProcessEnv): string {
  const chosen = env[CHROMIUM_VARIABLE] ?? '';
  const names = chosen === '' ? NAMES : [chosen];
  for (const name of names) {
    const found = findProgram(name, env);
    if (found !== undefined) return found;
  }
  throw missing(
    chosen === ''
      ? `none of ${NAMES.join(', ')} is on the PATH`
      : `${CHROMIUM_VARIABLE} is "${chosen}", where there is no program`,
  );
}

/** What runs `apt-get` with the rights to install; undefined where nothing does. */
export function aptGet(env: NodeJS.ProcessEnv, isRoot: boolean): readonly string[] | undefined {
  if (findProgram('apt-get', env) === undefined) return undefined;
  const command = ['env', 'DEBIAN_FRONTEND=noninteractive', 'apt-get', '-q', '-o', 'DPkg::Lock::Timeout=300'];
  if (isRoot) return command;
  return findProgram('sudo', env) === undefined ? undefined : ['sudo', '-n', ...command];
}

/**
 * Installs Chromium by `apt-get` where there is none.
 *
 * @param env the environment; see {@link findChromium}.
 * @throws Error naming the packages and what to do, when it cannot be installed.
 */
export async function ensureChromium(env: NodeJS.ProcessEnv): Promise<void> {
  const [program, ...options] = aptGet(env, process.getuid?.() === 0) ?? [];
  try {
    findChromium(env);
    return;
  } catch (error) {
    if (program === undefined || (env[CHROMIUM_VARIABLE] ?? '') !== '') throw error;
  }
  const limits = { env: suiteEnvironment(), timeout: INSTALL_LIMIT_MS };
  for (const args of [['update'], ['install', '-y', '--no-install-recommends', ...PACKAGES]]) {
    const code = await run(program, [...options, ...args], limits);
    if (code !== 0) throw missing(`"apt-get ${args.join(' ')}" ended with exit code ${code}`);
  }
  findChromium(env);
}
