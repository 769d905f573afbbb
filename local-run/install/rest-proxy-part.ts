/**
 * The Kafka REST proxy, bundled to one file, as it is shipped.
 */
import path from 'node:path';
import { build } from 'esbuild';
import { PROJECT_ROOT } from '../paths';
import { hashOf, type Part } from './part';

const SOURCE = path.join(PROJECT_ROOT, 'rest-proxy');

/** What ends up in the bundle. */
const BUNDLED = ['rest-proxy', 'kafka-client', 'feeds', 'package-lock.json'];

/** The Kafka REST proxy: `main.js`, to be run by node. */
export const REST_PROXY: Part = {
  name: 'rest-proxy',
  title: 'the Kafka REST proxy',
  stamp: () => hashOf(BUNDLED.map((name) => path.join(PROJECT_ROOT, name))),
  provides: ['main.js'],
  async install(folder) {
    await build({
      // Names in the bundle are relative to the project, also where its packages are links to elsewhere.
      absWorkingDir: PROJECT_ROOT,
      preserveSymlinks: true,
      entryPoints: [path.join(SOURCE, 'main.ts')],
      outfile: path.join(folder, 'main.js'),
      bundle: true,
      platform: 'node',
      target: 'node20',
      format: 'cjs',
      sourcemap: true,
      logLevel: 'silent',
    });
  },
};
