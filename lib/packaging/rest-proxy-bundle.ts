/** How the Kafka REST proxy becomes one file: the same, byte for byte, wherever it is made. */
import { type BuildOptions, buildSync } from 'esbuild';
import { join } from 'node:path';
import { PROJECT_ROOT } from './project-root';

/** esbuild's options, but for where the file is written. */
export const REST_PROXY_BUNDLE = {
  // Names in the bundle are relative to the project, also where its packages are links to elsewhere.
  absWorkingDir: PROJECT_ROOT,
  preserveSymlinks: true,
  entryPoints: [join(PROJECT_ROOT, 'services', 'rest-proxy', 'main.ts')],
  bundle: true,
  platform: 'node',
  target: 'node20',
  format: 'cjs',
  sourcemap: true,
  logLevel: 'silent',
} as const satisfies BuildOptions;

/** The bundle's content. */
export function restProxyBundle(): Uint8Array {
  const { outputFiles } = buildSync({ ...REST_PROXY_BUNDLE, outfile: 'main.js', write: false });
  const file = outputFiles.find(({ path }) => path.endsWith('main.js'));
  if (file === undefined) throw new Error('esbuild gave no main.js of the REST proxy.');
  return file.contents;
}
