import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { errorText, parseDatabaseSecret, type DatabaseSecret } from '../../services/source/connection';
import { asSentence } from '../../services/source/sentence';
import { ensureReaderAccount, type ReaderAccountOptions } from '../../services/source/reader-account';
import { seedDatabase } from '../../services/source/seeder';
import type { CustomResource } from '../custom-resource';
import { readCount, readText } from '../properties';

/** Gives the text of a secret. */
export type SecretReader = (arn: string) => Promise<string>;

/** Reads a secret from Secrets Manager. @throws Error naming it. */
export async function readSecret(arn: string): Promise<string> {
  const client = new SecretsManagerClient({});
  try {
    const { SecretString } = await client.send(new GetSecretValueCommand({ SecretId: arn }));
    return SecretString ?? '';
  } catch (error) {
    throw new Error(`The secret ${arn} cannot be read: ${errorText(error)}`, { cause: error });
  } finally {
    client.destroy();
  }
}

/** Time kept for the chunk that is being written, and for the account. */
const RESERVE_MS = 20_000;

/**
 * Seeds the database, unless it was restored from a snapshot, and makes the reader's account; deleting the resource
 * changes nothing.
 *
 * @param read gives the two secrets.
 * @param requireTls whether the account is refused without TLS (default: yes).
 */
export function sourceDataResource(read: SecretReader, requireTls = true): CustomResource {
  return {
    // One database, one content: nothing is ever replaced.
    physicalId: () => 'source-data',
    async run({ type, properties, deadline }) {
      if (type === 'Delete') return { note: 'The database was left as it is.' };
      const administrator = await administratorOf(read, properties);
      const { username, password } = parseDatabaseSecret(await read(readText(properties, 'ReaderSecretArn')));
      const snapshot = properties.Snapshot;
      if (typeof snapshot === 'string' && snapshot !== '') {
        await restoredAccount(snapshot, { administrator, username, password, requireTls });
        return { note: `The posts of the snapshot ${snapshot} were left as they are.` };
      }
      const { note, complete } = await seedDatabase({
        database: administrator,
        posts: readCount(properties, 'Posts'),
        seed: Number(readText(properties, 'Seed')),
        signal: AbortSignal.timeout(Math.max(1, deadline - Date.now() - RESERVE_MS)),
      });
      if (!complete)
        throw new Error(
          `${note} Deploy again until it is complete, or ask for fewer posts. The first deployment needs "--no-rollback" for that, or the database goes with what is in it.`,
        );
      await ensureReaderAccount({ administrator, username, password, requireTls });
      return { note };
    },
  };
}

/** The reader's account on a restored server. @throws Error naming the snapshot when it is of another database. */
async function restoredAccount(snapshot: string, account: ReaderAccountOptions): Promise<void> {
  try {
    await ensureReaderAccount(account);
  } catch (error) {
    throw new Error(
      `The database ${account.administrator.dbname} of the snapshot ${snapshot} cannot be given its reader: ${asSentence(errorText(error))} Expected the snapshot of a source database with this name and the tables of services/contract/feeds.json.`,
      { cause: error },
    );
  }
}

/** RDS keeps only user name and password in the secret that it manages; the rest is known to the template. */
async function administratorOf(
  read: SecretReader,
  properties: Readonly<Record<string, unknown>>,
): Promise<DatabaseSecret> {
  const secret: unknown = JSON.parse(await read(readText(properties, 'AdministratorSecretArn')));
  return parseDatabaseSecret(
    JSON.stringify({
      ...(typeof secret === 'object' ? secret : {}),
      host: readText(properties, 'Host'),
      port: readText(properties, 'Port'),
      dbname: readText(properties, 'Database'),
    }),
  );
}
