/** Opens an address or a file in the person's own browser. */
import { spawn } from 'node:child_process';
import { childEnvironment } from '../processes/environment';
import { findProgram } from '../processes/find-program';
import { MARK_VARIABLE } from '../processes/identity.cjs';

/** What opens an address, by platform; elsewhere as on Linux. */
const OPENERS: Readonly<Partial<Record<NodeJS.Platform, string>>> = { darwin: 'open', win32: 'explorer.exe' };

/**
 * Opens an address, by a program that outlives this one. Never rejects.
 *
 * @param tell takes the sentence when it cannot be opened; it has the address.
 * @param env the environment, with the PATH on which that program is.
 */
export async function openAddress(
  address: string,
  tell: (sentence: string) => void,
  env: NodeJS.ProcessEnv = process.env,
): Promise<void> {
  const opener = OPENERS[process.platform] ?? 'xdg-open';
  const program = findProgram(opener, env);
  if (program === undefined) {
    tell(`There is no ${opener} on the PATH to open a browser: open ${address} yourself.`);
    return;
  }
  const child = spawn(program, [address], {
    stdio: 'ignore',
    detached: true,
    // Without the mark: a browser that it starts is not ended with the run.
    env: childEnvironment('person', { [MARK_VARIABLE]: '' }, env),
  });
  child.unref();
  await new Promise<void>((resolve) => {
    child.once('spawn', resolve).once('error', (error) => {
      tell(`${opener} cannot be started (${error.message}): open ${address} yourself.`);
      resolve();
    });
  });
}
