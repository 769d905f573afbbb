/** Changes the source database of a local run behind the pipeline's back. */
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { createConnection } from 'mysql2/promise';
import type { Deployment } from '../../../tools/pipeline/deployment';
import { readSourceSecret } from '../../../services/emulator';
import { FEEDS, FEED_NAMES } from '../../../services/contract';
import { dropDatabaseUser, setDatabaseUser } from '../../../tools/local-run/parts/mariadb';
import { connectionOptions } from '../../../services/source/connection';
import type { Post } from '../../../services/source/rows';

/** Inserts a post's three rows. The emulator's user may only read, so it is done as a user made for it. */
export async function insertPost(deployment: Deployment, serverPid: number, post: Post): Promise<void> {
  const args = readFileSync(`/proc/${serverPid}/cmdline`, 'utf8').split('\0');
  const value = (option: string): string =>
    args.find((arg) => arg.startsWith(`${option}=`))?.slice(option.length + 1) ?? '';
  const socket = path.join(value('--datadir'), value('--socket')); // Relative to the data.
  const secret = await readSourceSecret(deployment.outputs.SourceSecretArn, deployment.aws);
  const user = { username: 'test', password: randomBytes(24).toString('base64url') };
  await setDatabaseUser({ socket }, { ...user, database: secret.dbname, access: 'all' });
  try {
    const connection = await createConnection(connectionOptions({ ...secret, ...user }));
    try {
      for (const feed of FEED_NAMES) {
        await connection.query('INSERT INTO ?? SET ?', [FEEDS[feed].sourceTable, post[feed]]);
      }
    } finally {
      await connection.end();
    }
  } finally {
    await dropDatabaseUser({ socket }, user.username);
  }
}
