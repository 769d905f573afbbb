/** Brings a pipeline up: starts its parts, deploys to them, and fills the database. */
import { randomBytes } from 'node:crypto';
import { readSourceSecret } from '../../services/emulator';
import { seedDatabase, type SeedOptions, type SeedReport } from '../../services/source/seeder';
import type { Deployment } from '../pipeline/deployment';
import { bootstrap, deploy, requireDeployed, synthesise, type DeploySettings } from './deploy';
import { installedParts } from './install';
import { localDeployment } from './local-deployment';
import type { LocalParts } from './local-parts';
import type { Output } from './output';
import { dropDatabaseUser, setDatabaseUser } from './parts/mariadb';
import type { RunOptions } from './run-options';
import type { Steps } from './steps';

/** What brings a pipeline up. */
export interface BringUp {
  readonly options: RunOptions;
  /** The folder of the pipeline's state. */
  readonly stateDir: string;
  readonly parts: LocalParts;
  readonly steps: Steps;
  readonly output: Output;
}

/** Starts everything at once, as far as one thing does not need another, and deploys. */
export async function startAndDeploy({
  options,
  stateDir,
  parts,
  steps,
  output,
}: BringUp): Promise<Deployment> {
  const { signal } = steps;
  const { endpoints } = parts;
  const settings: DeploySettings = {
    ...endpoints,
    userId: options.userId,
    stateDir,
    databasePort: endpoints.ports.mariadb,
    sinkPluginConfig: options.sinkPlugin?.config,
    tableEnginePackage: installedParts().tableEngineZip,
  };
  const timed = async <T>(what: string, work: () => Promise<T>): Promise<T> => {
    const began = performance.now();
    const result = await work();
    const seconds = ((performance.now() - began) / 1000).toFixed(1);
    if (result !== false) output.line(`${what} in ${seconds} s`);
    return result;
  };
  const cloud = async (): Promise<void> => {
    await Promise.all([
      parts.startMiniStack(),
      timed('Synthesised the CDK app', () => synthesise(settings, signal)),
    ]);
    await steps.step('Bootstrapping', () =>
      timed('Bootstrapped the local AWS', async () => {
        const done = await bootstrap(settings, signal);
        if (done) await parts.miniStack().saveState();
        return done;
      }),
    );
  };
  await steps.unlessStopped(Promise.all([cloud(), parts.startMariaDb(), parts.startKafkaAndClients()]));
  return steps.step('Deploying', async () => {
    await timed('Deployed all stacks', () => deployAndSave(settings, parts, output, signal));
    const { aws, bootstrapServers, connectUrl, restProxyUrl } = endpoints;
    return localDeployment({ userId: options.userId, aws, bootstrapServers, connectUrl, restProxyUrl });
  });
}

/** What is checked is what was saved: should the local AWS have been killed in between, it has forgotten it. */
async function deployAndSave(
  settings: DeploySettings,
  parts: LocalParts,
  output: Output,
  signal: AbortSignal,
): Promise<void> {
  await deploy(settings, signal, (done, of) => {
    output.now({ title: 'Deploying', done, of, detail: `${done} of ${of} stacks` });
  });
  await parts.miniStack().saveState();
  await requireDeployed(settings);
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
  onProgress?: SeedOptions['onProgress'],
): Promise<SeedReport> {
  const server = parts.mariaDb();
  const secret = await readSourceSecret(target.outputs.SourceSecretArn, target.aws);
  const database = secret.dbname;
  await setDatabaseUser(server, { ...secret, database, access: 'read' });
  const owner = { username: 'seeder', password: randomBytes(24).toString('base64url') };
  await setDatabaseUser(server, { ...owner, database, access: 'all' });
  try {
    const report = await seedDatabase({ database: { ...secret, ...owner }, posts, seed, signal, onProgress });
    signal.throwIfAborted();
    return report;
  } finally {
    await dropDatabaseUser(server, owner.username).catch(() => undefined); // The next start gives it a new password.
  }
}
