/** What the client host does at its first boot. */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const BOOT_SCRIPT = join(__dirname, '..', '..', 'client-host', 'boot.sh');

/** What `client-host/boot.sh` and the package's `install.sh` read. Values may be known at deployment only. */
export interface BootSettings {
  /** Where the package is, `s3://…`. */
  readonly packageUrl: string;
  /** The package's SHA-256, hexadecimal. */
  readonly packageSha256: string;
  /** `host:port`, several joined by commas. */
  readonly bootstrapServers: string;
  readonly kafkaAuth: 'none' | 'iam';
  readonly restProxyPort: number;
  readonly region: string;
  readonly logGroup: string;
  readonly metricsNamespace: string;
}

/**
 * The archive in the folder of the client host's package.
 *
 * @throws Error when it is not there.
 */
export function packageArchive(folder: string): { readonly path: string; readonly sha256: string } {
  const path = join(folder, 'client-host.tar');
  if (!existsSync(path)) {
    throw new Error(
      `There is no ${path}, the package of the client host: make it by "npm run package", or say where it is by "-c clientHostPackage=…".`,
    );
  }
  return { path, sha256: createHash('sha256').update(readFileSync(path)).digest('hex') };
}

/** The user data: the settings as variables, then the boot script as it is in the repository. */
export function bootUserData(settings: BootSettings): string {
  const variables = {
    PACKAGE_URL: settings.packageUrl,
    PACKAGE_SHA256: settings.packageSha256,
    KAFKA_BOOTSTRAP_SERVERS: settings.bootstrapServers,
    KAFKA_AUTH: settings.kafkaAuth,
    REST_PROXY_PORT: String(settings.restProxyPort),
    AWS_REGION: settings.region,
    LOG_GROUP: settings.logGroup,
    METRICS_NAMESPACE: settings.metricsNamespace,
  };
  const [shebang = '', ...script] = readFileSync(BOOT_SCRIPT, 'utf8').split('\n');
  const exports = Object.entries(variables).map(([name, value]) => `export ${name}='${value}'`);
  return [shebang, ...exports, ...script].join('\n');
}
