/** Python environments, and what pip installs by lock files. */
import { readdirSync } from 'node:fs';
import path from 'node:path';
import { childEnvironment } from '../../processes/environment';
import { runCommand } from '../../processes/run-command';

/** What may never be imported is not compiled: that is a third of pip's processor time. */
const PIP_OPTIONS = [
  ...['--no-input', '--disable-pip-version-check', '--quiet', '--retries', '3'],
  ...['--no-compile', '--require-hashes'],
];

/** Makes an environment in a folder. @returns its interpreter. */
export async function makeEnvironment(folder: string, signal?: AbortSignal): Promise<string> {
  await runCommand('python3', ['-m', 'venv', folder], { env: childEnvironment('installer'), signal });
  return path.join(folder, 'bin', 'python');
}

/** The `site-packages` of an environment. */
export function packagesOf(environment: string): string {
  const lib = path.join(environment, 'lib');
  const version = readdirSync(lib).find((name) => name.startsWith('python3'));
  return path.join(lib, version ?? '', 'site-packages');
}

/**
 * Runs `pip install`.
 *
 * @param args what to install, by lock files with hashes, and further options.
 * @throws CommandError with what pip said, for example that a hash is another.
 */
export async function pipInstall(
  python: string,
  args: readonly string[],
  signal?: AbortSignal,
): Promise<void> {
  await runCommand(python, ['-m', 'pip', 'install', ...PIP_OPTIONS, ...args], {
    env: childEnvironment('installer'),
    timeoutMs: 15 * 60_000,
    signal,
  });
}
