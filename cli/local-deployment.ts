/** The deployment of stage `local`: its endpoints are in the `run.json` of a running local run. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { checkUserId } from '../feeds';
import { STATES_ROOT } from '../local-run/paths';
import type { RunFile } from '../local-run/state/run-file';
import { type AwsClientConfig, type Deployment, readOutputs } from './deployment';

/** What the commands read of `run.json`; see `docs/architecture.md`, "The local run". */
export type RunEndpoints = Pick<
  RunFile,
  'userId' | 'region' | 'endpointUrl' | 'accessKeyId' | 'bootstrapServers' | 'connectUrl' | 'restProxyUrl'
>;

/** How AWS clients reach the local run's AWS. MiniStack takes any secret key. */
export function localAws(run: Pick<RunEndpoints, 'region' | 'endpointUrl' | 'accessKeyId'>): AwsClientConfig {
  return {
    region: run.region,
    endpoint: run.endpointUrl,
    credentials: { accessKeyId: run.accessKeyId, secretAccessKey: 'local' },
  };
}

/** The deployment behind the endpoints of a local run. @throws Error when its stacks are not deployed. */
export async function localDeployment(run: RunEndpoints): Promise<Deployment> {
  const aws = localAws(run);
  return {
    stage: 'local',
    userId: run.userId,
    aws,
    outputs: await readOutputs(aws, 'local', run.userId),
    bootstrapServers: run.bootstrapServers.split(','),
    connectUrl: run.connectUrl,
    restProxyUrl: run.restProxyUrl,
  };
}

/**
 * The deployment of a local run that is under way.
 *
 * @throws Error saying how to start one when there is none.
 */
export async function runningLocalDeployment(userId: string): Promise<Deployment> {
  const file = join(STATES_ROOT, checkUserId(userId), 'run.json');
  if (!existsSync(file)) {
    throw new Error(
      `No pipeline of the user id "${userId}" runs on this machine (there is no ${file}). Start one: \`npm start -- --user-id ${userId}\`.`,
    );
  }
  const run = JSON.parse(readFileSync(file, 'utf8')) as RunEndpoints;
  try {
    return await localDeployment(run);
  } catch (error) {
    throw new Error(
      `The pipeline of the user id "${userId}" does not answer at ${run.endpointUrl}: ${error instanceof Error ? error.message : String(error)}. Start it: \`npm start -- --user-id ${userId}\`.`,
      { cause: error },
    );
  }
}
