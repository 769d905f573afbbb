/** The deployment of stage `local`: its endpoints are in the `run.json` of a running local run. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { checkUserId } from '../../services/contract';
import { STATES_ROOT } from './paths';
import { lockHolder } from './state/lock';
import type { RunFile } from './state/run-file';
import { lockFile, stateFolder } from './state/state-folder';
import { asSentence } from '../../services/source/sentence';
import { type AwsClientConfig, type Deployment, readOutputs } from '../pipeline/deployment';

/** What the commands read of `run.json`; see `docs/reference/local-run.md`. */
export type RunEndpoints = Pick<
  RunFile,
  'userId' | 'region' | 'endpointUrl' | 'accessKeyId' | 'bootstrapServers' | 'connectUrl' | 'restProxyUrl'
>;

/** The local AWS of a run that `run.json` names does not respond. */
export class LocalAwsError extends Error {
  override readonly name = 'LocalAwsError';

  /** @param folder the folder with the state of the run. */
  constructor(
    message: string,
    readonly userId: string,
    readonly folder: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** How AWS clients reach the local run's AWS. MiniStack takes any secret key. */
export function localAws(run: Pick<RunEndpoints, 'region' | 'endpointUrl' | 'accessKeyId'>): AwsClientConfig {
  return {
    region: run.region,
    endpoint: run.endpointUrl,
    credentials: { accessKeyId: run.accessKeyId, secretAccessKey: 'local' },
  };
}

/** The deployment behind the endpoints of a local run. @throws Error when its stacks are not deployed. */
export async function localDeployment(
  run: Pick<Deployment, 'userId' | 'aws' | 'connectUrl' | 'restProxyUrl'> & { bootstrapServers: string },
): Promise<Deployment> {
  return {
    stage: 'local',
    ...run,
    outputs: await readOutputs(run.aws, 'local', run.userId),
    bootstrapServers: run.bootstrapServers.split(','),
  };
}

/** Says that there is no run of a user id, and how to start one. */
export function noRun(userId: string, folder: string): Error {
  return new Error(
    `No pipeline of the user id "${userId}" runs on this machine (there is no ${join(folder, 'run.json')}). Start one: \`npm start -- --user-id ${userId}\`.`,
  );
}

/**
 * The deployment of a local run that is under way.
 *
 * @param root the folder of the states.
 * @throws Error saying how to start one when there is none; LocalAwsError when the one there is cannot be asked.
 */
export async function runningLocalDeployment(
  userId: string,
  root: string = STATES_ROOT,
): Promise<Deployment> {
  const folder = stateFolder(checkUserId(userId), root);
  const file = join(folder, 'run.json');
  if (!existsSync(file)) throw noRun(userId, folder);
  const run = JSON.parse(readFileSync(file, 'utf8')) as RunEndpoints;
  try {
    const { bootstrapServers, connectUrl, restProxyUrl } = run;
    return await localDeployment({
      userId: run.userId,
      aws: localAws(run),
      bootstrapServers,
      connectUrl,
      restProxyUrl,
    });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    const supervisor = lockHolder(lockFile(folder));
    throw new LocalAwsError(
      supervisor === undefined
        ? `The pipeline of the user id "${userId}" does not respond at ${run.endpointUrl}: ${asSentence(reason)} Start it: \`npm start -- --user-id ${userId}\`.`
        : `The pipeline of the user id "${userId}" runs (pid ${supervisor.pid}), but its local AWS at ${run.endpointUrl} cannot be asked now: ${asSentence(reason)} It is being started or restarted; try again in a moment.`,
      userId,
      folder,
      { cause: error },
    );
  }
}
