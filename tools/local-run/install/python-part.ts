/**
 * The Python environment: the table engine's packages and the local AWS, by their lock files.
 */
import { readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { PROJECT_ROOT, realPartsRoot } from '../paths';
import { childEnvironment } from '../../processes/environment';
import { runCommand } from '../../processes/run-command';
import { hashOf, type Part } from './part';

const SOURCE = path.join(PROJECT_ROOT, 'engines', 'table-engine');
const LOCKS = ['requirements.lock', 'requirements-dev.lock'].map((name) => path.join(SOURCE, name));

/** The Python environment in `.local/parts/python`. */
export const PYTHON: Part = {
  name: 'python',
  title: 'Python packages',
  inPlace: true, // An environment holds its own path.
  stamp: () => hashOf(LOCKS, [path.join(realPartsRoot(), 'python'), SOURCE]),
  provides: ['bin/python'],
  async install(folder, signal) {
    const env = childEnvironment('installer');
    await runCommand('python3', ['-m', 'venv', folder], { env, signal });
    const python = path.join(folder, 'bin', 'python');
    const options = [
      '--no-input',
      '--disable-pip-version-check',
      '--quiet',
      '--retries',
      '3',
      '--no-compile',
    ];
    const locks = ['--require-hashes', ...LOCKS.flatMap((lock) => ['-r', lock])];
    await runCommand(python, ['-m', 'pip', 'install', ...options, ...locks], {
      env,
      timeoutMs: 15 * 60_000,
      signal,
    });
    // `python -m table_engine` then works from any folder.
    const lib = path.join(folder, 'lib');
    const version = readdirSync(lib).find((name) => name.startsWith('python3'));
    const packages = path.join(lib, version ?? '', 'site-packages');
    writeFileSync(path.join(packages, 'table_engine_source.pth'), `${SOURCE}\n`);
  },
};
