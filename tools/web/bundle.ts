/** The page's code and style, made by esbuild when the server starts and kept in memory. */
import path from 'node:path';
import { INSTANCE_META, TOKEN_META } from './protocol';

/** The folder of the page's sources. */
const PAGE_FOLDER = path.join(__dirname, 'page');

/** A file of the page. Its path has a hash of its content. */
export interface PageFile {
  readonly path: string;
  readonly type: string;
  readonly content: Buffer;
}

/**
 * Bundles the page; it takes some 0.1 s.
 *
 * @returns its script and its style.
 * @throws Error when esbuild, a devDependency, is not installed, or the sources are wrong.
 */
export async function bundlePage(): Promise<readonly PageFile[]> {
  // Only here: it starts a process.
  const { build } = await import('esbuild');
  const { outputFiles } = await build({
    entryPoints: ['main.tsx', 'style.css'].map((name) => path.join(PAGE_FOLDER, name)),
    tsconfig: path.join(PAGE_FOLDER, 'tsconfig.json'),
    bundle: true,
    minify: true,
    format: 'esm',
    target: 'es2022',
    entryNames: '[name]-[hash]',
    outdir: '/',
    write: false,
    logLevel: 'silent',
  });
  return outputFiles.map((file) => ({
    path: `/${path.basename(file.path)}`,
    type: file.path.endsWith('.css') ? 'text/css' : 'text/javascript',
    content: Buffer.from(file.contents),
  }));
}

/** The document that loads these files, with what it must know of its server. */
export function pageDocument(
  files: readonly PageFile[],
  { token, instance }: { readonly token: string; readonly instance: string },
): string {
  const links = files.map(({ path: address, type }) =>
    type === 'text/css'
      ? `<link rel="stylesheet" href="${address}">`
      : `<script type="module" src="${address}"></script>`,
  );
  return [
    '<!doctype html>',
    '<html lang="en">',
    '<meta charset="utf-8">',
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    '<meta name="color-scheme" content="light dark">',
    `<meta name="${TOKEN_META}" content="${token}">`,
    `<meta name="${INSTANCE_META}" content="${instance}">`,
    '<title>Pinterest data pipeline</title>',
    '<link rel="icon" href="data:,">',
    ...links,
    '<div id="root"></div>',
    '<noscript>This page needs JavaScript.</noscript>',
    '',
  ].join('\n');
}
