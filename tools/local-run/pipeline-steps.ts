/**
 * What happens once the parts run: deploy, database, posts, tables, answers, reconciliation.
 */
import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { batch, type BatchReport } from '../pipeline/batch';
import type { Deployment } from '../pipeline/deployment';
import { emulateDeployment } from '../pipeline/emulate';
import { withKafkaReader } from '../pipeline/kafka-reader';
import { localDeployment } from './local-deployment';
import { reconcile, type Reconciliation } from '../pipeline/reconcile';
import { inspectStreams, onTheirWay } from '../pipeline/stream-inspection';
import {
  readSourceSecret,
  type EmulatorDestination,
  type EmulatorOptions,
  type EmulatorReport,
} from '../../services/emulator';
import { FEED_NAMES, topicName } from '../../services/contract';
import { seedDatabase, type SeedReport } from '../../services/source/seeder';
import type { DeploySettings } from './deploy';
import { installedParts } from './install';
import type { Endpoints, LocalParts } from './local-parts';
import { dropDatabaseUser, setDatabaseUser } from './parts/mariadb';
import { pythonExecutable } from './paths';

/** How long sink and functions may make no progress: a worker that was killed may take a minute to be back. */
const PATIENCE_MS = 180_000;
const SINK_POLL_MS = 250;
const BATCH_MEMORY = '1GB';

/** The settings of the CDK app for a pipeline's parts. */
export function deploySettings(
  userId: string,
  stateDir: string,
  endpoints: Endpoints,
  sinkPluginConfig?: string,
): DeploySettings {
  const { tableEnginePackage } = installedParts();
  return {
    ...endpoints,
    userId,
    stateDir,
    databasePort: endpoints.ports.mariadb,
    sinkPluginConfig,
    tableEnginePackage,
  };
}

/** Where the deployed pipeline is. */
export function deployment(userId: string, endpoints: Endpoints): Promise<Deployment> {
  const { aws, bootstrapServers, connectUrl, restProxyUrl } = endpoints;
  return localDeployment({
    userId,
    region: aws.region,
    endpointUrl: aws.endpoint ?? '',
    accessKeyId: aws.credentials?.accessKeyId ?? '',
    bootstrapServers,
    connectUrl,
    restProxyUrl,
  });
}

/**
 * Gives the emulator's user the password of the secret, and reading rights only; then fills the database as a user that
 * exists for this long only.
 */
export async function fillDatabase(
  parts: LocalParts,
  target: Deployment,
  posts: number,
  seed: number,
  signal: AbortSignal,
): Promise<SeedReport> {
  const server = parts.mariaDb();
  const secret = await readSourceSecret(target.outputs.SourceSecretArn, target.aws);
  const database = secret.dbname;
  await setDatabaseUser(server, { ...secret, database, access: 'read' });
  const owner = { username: 'seeder', password: randomBytes(24).toString('base64url') };
  await setDatabaseUser(server, { ...owner, database, access: 'all' });
  try {
    const report = await seedDatabase({ database: { ...secret, ...owner }, posts, seed, signal });
    signal.throwIfAborted();
    return report;
  } finally {
    await dropDatabaseUser(server, owner.username).catch(() => undefined); // The next start gives it a new password.
  }
}

/** The destinations of posts: every post goes to both. */
export const DESTINATIONS = ['topics', 'streams'] as const satisfies readonly EmulatorDestination[];

/**
 * Sends posts to topics and streams at the same time.
 *
 * @returns the reports in the order of {@link DESTINATIONS}.
 * @throws Error, after both have ended, when a record was not acknowledged in the end.
 */
export async function send(
  target: Deployment,
  options: EmulatorOptions,
  signal: AbortSignal,
  onProgress?: (line: string) => void,
): Promise<EmulatorReport[]> {
  const outcomes = await Promise.allSettled(
    DESTINATIONS.map((destination) =>
      emulateDeployment(target, { ...options, destination }, signal, (line) =>
        onProgress?.(`${destination}: ${line}`),
      ),
    ),
  );
  signal.throwIfAborted();
  return outcomes.map((outcome) => {
    if (outcome.status === 'rejected') throw outcome.reason;
    const report = outcome.value;
    if (!report.ok) {
      throw new Error(
        `Not every post got through to the ${report.destination}: ${report.problems.join(' ')}`,
      );
    }
    return report;
  });
}

/**
 * Waits until the functions have appended everything that the streams have acknowledged by now.
 *
 * @throws Error when they make no progress for three minutes.
 */
export async function untilAppended(target: Deployment, signal: AbortSignal): Promise<void> {
  let best = Infinity;
  let progressAt = Date.now();
  for (;;) {
    const waiting = onTheirWay(await inspectStreams(target, { python: pythonExecutable(), signal }));
    if (waiting === 0) return;
    if (waiting < best) {
      best = waiting;
      progressAt = Date.now();
    } else if (Date.now() - progressAt > PATIENCE_MS) {
      throw new Error(
        `The functions have appended nothing for ${PATIENCE_MS / 1000} s; ${waiting} records are waiting. logs/ministack.log has their errors.`,
      );
    }
    await sleep(SINK_POLL_MS, undefined, { signal });
  }
}

/**
 * Waits until the sink has stored everything that is in the topics now.
 *
 * @throws Error when it makes no progress for three minutes.
 */
export async function untilStored(target: Deployment, signal: AbortSignal): Promise<void> {
  const topics = FEED_NAMES.map((feed) => topicName(target.userId, feed));
  await withKafkaReader(target, async (kafka) => {
    const ends = new Map<string, ReadonlyMap<number, number>>();
    for (const topic of topics) ends.set(topic, await kafka.endOffsets(topic));
    let best = Infinity;
    let progressAt = Date.now();
    for (;;) {
      signal.throwIfAborted();
      const committed = await kafka.committed(`connect-${target.outputs.SinkConnectorName}`, topics);
      let lag = 0;
      for (const [topic, partitions] of ends) {
        for (const [partition, end] of partitions) {
          lag += Math.max(0, end - (committed.get(topic)?.get(partition) ?? 0));
        }
      }
      if (lag === 0) return;
      if (lag < best) {
        best = lag;
        progressAt = Date.now();
      } else if (Date.now() - progressAt > PATIENCE_MS) {
        throw new Error(
          `The S3 sink has stored nothing for ${PATIENCE_MS / 1000} s; ${lag} records are waiting. \`npm run pipeline -- status\` shows the connector's state, logs/kafka-connect.log its log.`,
        );
      }
      await sleep(SINK_POLL_MS, undefined, { signal });
    }
  });
}

/** Cleans the new raw files into the tables. */
export function runBatch(target: Deployment, signal: AbortSignal): Promise<BatchReport> {
  const args = ['--memory-limit', BATCH_MEMORY];
  return batch(target, { python: pythonExecutable(), args, signal });
}

/** Counts every record from the emulator to the tables. */
export function runReconciliation(target: Deployment, signal: AbortSignal): Promise<Reconciliation> {
  return reconcile(target, { python: pythonExecutable(), signal });
}
