/** The client host's first boot. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { sha256, SUMS_FILE } from '../packaging/client-host-sums';

const BOOT_SCRIPT = join(__dirname, 'assets', 'boot.sh');

/** Variables of `lib/client-host/assets/boot.sh` and the package's `install.sh`. Values may be deploy-time tokens. */
export interface BootSettings {
  /** Where the package is, `s3://…`. */
  readonly packageUrl: string;
  /** The SHA-256 of the package's list of checksums, hexadecimal. */
  readonly packageSha256: string;
  /** `host:port`, several joined by commas. */
  readonly bootstrapServers: string;
  readonly kafkaAuth: 'none' | 'iam';
  readonly restProxyPort: number;
  /** The topics that the proxy serves, see its option `--topics`. */
  readonly restProxyTopics: string;
  readonly region: string;
  readonly logGroup: string;
  readonly metricsNamespace: string;
}

/**
 * The client host's package in a folder.
 *
 * @returns the archive's path, and the SHA-256 of its list of checksums.
 * @throws Error when the folder has no such package.
 */
export function packageArchive(folder: string): { readonly path: string; readonly sums: string } {
  const [path, sums] = ['client-host.tar', SUMS_FILE].map((name) => join(folder, name)) as [string, string];
  for (const file of [path, sums]) {
    if (existsSync(file)) continue;
    throw new Error(
      `The client host's package ${file} does not exist: leave out "-c clientHostPackage=…" to build it during deployment, or give a folder built by "npm run package".`,
    );
  }
  return { path, sums: sha256(readFileSync(sums)) };
}

/** The user data: the settings as variables, then boot.sh. */
export function bootUserData(settings: BootSettings): string {
  const variables = {
    PACKAGE_URL: settings.packageUrl,
    PACKAGE_SHA256: settings.packageSha256,
    KAFKA_BOOTSTRAP_SERVERS: settings.bootstrapServers,
    KAFKA_AUTH: settings.kafkaAuth,
    REST_PROXY_PORT: String(settings.restProxyPort),
    REST_PROXY_TOPICS: settings.restProxyTopics,
    AWS_REGION: settings.region,
    LOG_GROUP: settings.logGroup,
    METRICS_NAMESPACE: settings.metricsNamespace,
  };
  const [shebang = '', ...script] = readFileSync(BOOT_SCRIPT, 'utf8').split('\n');
  const exports = Object.entries(variables).map(([name, value]) => `export ${name}='${value}'`);
  return [shebang, ...exports, ...script].join('\n');
}
