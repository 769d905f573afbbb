/** Bundles the Kafka REST proxy into one file, byte for byte the same everywhere. */
import { type BuildOptions, buildSync } from 'esbuild';
import { join } from 'node:path';
import { PROJECT_ROOT } from './project-root';

/** esbuild's options, except for the output file. */
export const REST_PROXY_BUNDLE = {
  // Paths in the bundle are relative to the project, even when its packages are links.
  absWorkingDir: PROJECT_ROOT,
  preserveSymlinks: true,
  entryPoints: [join(PROJECT_ROOT, 'services', 'rest-proxy', 'main.ts')],
  bundle: true,
  platform: 'node',
  target: 'node20',
  format: 'cjs',
  // The Kafka client reads its WebAssembly from a file, or else has it in its code; and looks for native code next to itself,
  // which differs between machines: a bundle must not.
  alias: { '@platformatic/wasm-utils': '@platformatic/wasm-utils/bundled' },
  define: { 'import.meta.url': '"file:///"' },
  sourcemap: true,
  logLevel: 'silent',
} as const satisfies BuildOptions;

/** The bundle's content. */
export function restProxyBundle(): Uint8Array {
  const { outputFiles } = buildSync({ ...REST_PROXY_BUNDLE, outfile: 'main.js', write: false });
  const file = outputFiles.find(({ path }) => path.endsWith('main.js'));
  if (file === undefined) throw new Error('esbuild produced no main.js for the REST proxy.');
  return file.contents;
}
