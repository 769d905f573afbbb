/**
 * The Kafka REST proxy, bundled to one file, as it is shipped.
 */
import path from 'node:path';
import { build } from 'esbuild';
import { REST_PROXY_BUNDLE } from '../../../lib/packaging/rest-proxy-bundle';
import { PROJECT_ROOT } from '../paths';
import { hashOf, type Part } from './part';

/** What ends up in the bundle. */
const BUNDLED = ['services/rest-proxy', 'services/kafka-client', 'services/contract', 'package-lock.json'];

/** The Kafka REST proxy: `main.js`, to be run by node. */
export const REST_PROXY: Part = {
  name: 'rest-proxy',
  title: 'the Kafka REST proxy',
  stamp: () => hashOf(BUNDLED.map((name) => path.join(PROJECT_ROOT, name))),
  provides: ['main.js'],
  async install(folder) {
    await build({ ...REST_PROXY_BUNDLE, outfile: path.join(folder, 'main.js') });
  },
};
