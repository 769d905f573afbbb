/** A hash over sources, which shows whether a build is up to date. */
import { createHash } from 'node:crypto';
import { readFileSync, readdirSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';

/** Build results. */
const NO_SOURCES = new Set(['target', 'node_modules', '__pycache__']);

/**
 * A hash over texts, files and folders, without build results.
 *
 * @returns the SHA-256, 64 hexadecimal digits.
 * @throws Error when a file or folder is missing.
 */
export function sourceHash(paths: readonly string[], texts: readonly string[] = []): string {
  const hash = createHash('sha256');
  const visit = (file: string, name: string, isFolder: boolean): void => {
    if (!isFolder) {
      hash.update(`${name}\0`).update(readFileSync(file)).update('\0');
      return;
    }
    const entries = readdirSync(file, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1));
    for (const entry of entries) {
      if (NO_SOURCES.has(entry.name)) continue;
      visit(join(file, entry.name), `${name}/${entry.name}`, entry.isDirectory());
    }
  };
  for (const file of paths) visit(file, basename(file), statSync(file).isDirectory());
  for (const text of texts) hash.update(`${text}\0`);
  return hash.digest('hex');
}
