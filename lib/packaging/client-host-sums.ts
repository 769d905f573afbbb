/**
 * Checksums of all files in the client host's package, computed from the sources: the jars' checksums are pinned, so
 * they are known before the package is built.
 */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import { PROJECT_ROOT } from './project-root';
import { restProxyBundle } from './rest-proxy-bundle';

const SOURCE = join(PROJECT_ROOT, 'lib', 'client-host', 'assets');

/** The package's files in `lib/client-host/assets/`, besides `root/` and build results. */
export const CLIENT_HOST_FILES = ['install.sh', 'cloudwatch-agent.json'] as const;
/** The jars' folder in the package. */
export const CLIENT_HOST_JARS = 'root/opt/kafka/libs';
/** The REST proxy's path in the package. */
export const CLIENT_HOST_PROXY = 'root/opt/rest-proxy/main.js';
/** The package's file of checksums. */
export const SUMS_FILE = 'SHA256SUMS';

/** The SHA-256 of a content, hexadecimal. */
export const sha256 = (content: string | Uint8Array): string =>
  createHash('sha256').update(content).digest('hex');

/** All files in a folder, in `sha256sum` format, sorted by name. */
export function sumsOf(folder: string): string {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) =>
    entry.isFile(),
  );
  return render(
    files.map(({ parentPath, name }) => {
      const file = join(parentPath, name);
      return [file.slice(folder.length + 1), sha256(readFileSync(file))];
    }),
  );
}

/** The expected content of {@link SUMS_FILE}. */
export function clientHostSums(): string {
  const own = sumsOf(join(SOURCE, 'root')).trimEnd().split('\n');
  const jars = readFileSync(join(SOURCE, 'jars.sha256'), 'utf8').trimEnd().split('\n');
  return render([
    ...own.map((line): Sum => [posix.join('root', line.slice(66)), line.slice(0, 64)]),
    ...jars.map((line): Sum => [posix.join(CLIENT_HOST_JARS, line.slice(66)), line.slice(0, 64)]),
    ...CLIENT_HOST_FILES.map((name): Sum => [name, sha256(readFileSync(join(SOURCE, name)))]),
    [CLIENT_HOST_PROXY, sha256(restProxyBundle())],
  ]);
}

type Sum = readonly [name: string, digest: string];

function render(sums: readonly Sum[]): string {
  const sorted = [...sums].sort(([a], [b]) => (a < b ? -1 : 1));
  return sorted.map(([name, digest]) => `${digest}  ${name}\n`).join('');
}
