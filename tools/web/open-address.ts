/** Opens an address or a file in the person's own browser. */
import { spawn } from 'node:child_process';
import { childEnvironment } from '../processes/environment';
import { findProgram } from '../processes/find-program';
import { MARK_VARIABLE } from '../processes/identity.cjs';

/** What opens an address, by platform; elsewhere as on Linux. */
const OPENERS: Readonly<Partial<Record<NodeJS.Platform, string>>> = { darwin: 'open', win32: 'explorer.exe' };

/**
 * Opens an address, by a program that outlives this one.
 *
 * @param env the environment, with the PATH on which that program is.
 * @throws Error naming the program and the address when it is not there or cannot be started.
 */
export async function openAddress(address: string, env: NodeJS.ProcessEnv = process.env): Promise<void> {
  const opener = OPENERS[process.platform] ?? 'xdg-open';
  const program = findProgram(opener, env);
  if (program === undefined) {
    throw new Error(`There is no ${opener} on the PATH to open a browser: open ${address} yourself.`);
  }
  const child = spawn(program, [address], {
    stdio: 'ignore',
    detached: true,
    // Without the mark: a browser that it starts is not ended with the run.
    env: childEnvironment('person', { [MARK_VARIABLE]: '' }, env),
  });
  await new Promise<void>((resolve, reject) => {
    child.once('spawn', resolve).once('error', (error) => {
      reject(new Error(`${opener} cannot be started (${error.message}): open ${address} yourself.`));
    });
  });
  child.unref();
}
