/**
 * The Python environment: the table engine's packages and the local AWS, by their lock files.
 */
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { PROJECT_ROOT, realPartsRoot } from '../paths';
import { hashOf, type Part } from './part';
import { makeEnvironment, packagesOf, pipInstall } from './python-environment';

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
    const python = await makeEnvironment(folder, signal);
    await pipInstall(
      python,
      LOCKS.flatMap((lock) => ['-r', lock]),
      signal,
    );
    // `python -m table_engine` then works from any folder.
    writeFileSync(path.join(packagesOf(folder), 'table_engine_source.pth'), `${SOURCE}\n`);
  },
};
