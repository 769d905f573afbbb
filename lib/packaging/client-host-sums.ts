/**
 * The checksums of all files in the client host's package, from the sources alone: what is put on the host is known before
 * the package is made, because the jars' checksums are written down.
 */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import { PROJECT_ROOT } from './project-root';
import { restProxyBundle } from './rest-proxy-bundle';

const SOURCE = join(PROJECT_ROOT, 'lib', 'client-host', 'assets');

/** The package's files beside `root/` and what is built, as they are in `lib/client-host/assets/`. */
export const CLIENT_HOST_FILES = ['install.sh', 'cloudwatch-agent.json'] as const;
/** Where the package has Kafka's jars. */
export const CLIENT_HOST_JARS = 'root/opt/kafka/libs';
/** Where the package has the REST proxy. */
export const CLIENT_HOST_PROXY = 'root/opt/rest-proxy/main.js';
/** The file of the package that has the checksums. */
export const SUMS_FILE = 'SHA256SUMS';

/** The SHA-256 of a content, hexadecimal. */
export const sha256 = (content: string | Uint8Array): string =>
  createHash('sha256').update(content).digest('hex');

/** All files in a folder, as `sha256sum` writes them, in the order of their names. */
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

/** The content of {@link SUMS_FILE} that the sources ask for. */
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
