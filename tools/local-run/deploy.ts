/**
 * Deploys stage `local` of the CDK app to the local AWS, by the same command line that deploys to Amazon's.
 */
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { awsVariables, type AwsClientConfig } from '../pipeline/deployment';
import { isWhole, readStacks } from '../pipeline/pipeline-stacks';
import { stackProblems, wantedStacks } from './deployed-stacks';
import { hashOf } from './install/part';
import { TABLE_ENGINE_PACKAGE } from './install/table-engine-package';
import { PROJECT_ROOT } from './paths';
import { childEnvironment } from '../processes/environment';
import { CommandError, runCommand } from '../processes/run-command';

/** What the app must know of the local parts. */
export interface DeploySettings {
  readonly userId: string;
  readonly stateDir: string;
  readonly aws: AwsClientConfig;
  readonly bootstrapServers: string;
  readonly connectUrl: string;
  readonly restProxyUrl: string;
  readonly databaseHost: string;
  readonly databasePort: number;
  /** The file with the configuration of the S3 sink plugin that Kafka Connect has, where it is not this repository's. */
  readonly sinkPluginConfig?: string;
  /** The zip with the package of the table engine's functions. */
  readonly tableEnginePackage: string;
}

const CDK = path.join(PROJECT_ROOT, 'node_modules', 'aws-cdk', 'bin', 'cdk');
/** A bound for one command, also on a busy machine. */
const LIMIT_MS = 600_000;
/** The local AWS has one account. */
const ACCOUNT = '000000000000';

/** What the synthesised app depends on. */
const APP_SOURCES = [
  ...['bin', 'lambda', 'lib', 'services', 'engines/sql'],
  ...['cdk.json', 'package-lock.json', 'package.json', 'tsconfig.json'],
];

async function cdk(
  args: readonly string[],
  settings: DeploySettings,
  signal?: AbortSignal,
  onLine?: (line: string) => void,
): Promise<void> {
  await runCommand(process.execPath, [CDK, ...args], {
    cwd: PROJECT_ROOT,
    env: childEnvironment('local', {
      ...awsVariables(settings.aws),
      PATH: `${path.dirname(process.execPath)}${path.delimiter}${process.env.PATH ?? ''}`,
      // Not the person's own, in which the CDK's command line remembers accounts by key, and its library and npx have caches.
      HOME: path.join(settings.stateDir, 'cdk-home'),
      CDK_HOME: path.join(settings.stateDir, 'cdk-home'),
      CDK_DISABLE_CLI_TELEMETRY: 'true',
      NO_COLOR: '1',
    }),
    timeoutMs: LIMIT_MS,
    signal,
    onLine,
  });
}

/** Which commands help when a deployment has failed. */
function whatHelps({ userId }: DeploySettings): string {
  return `\`npm start -- --user-id ${userId}\` deploys again; if that does not help, \`npm run reset -- --user-id ${userId}\` forgets the local data, and the next start begins without any.`;
}

/** Adds {@link whatHelps} to what a command said. */
function sayWhatHelps(settings: DeploySettings): (error: unknown) => never {
  return (error) => {
    if (!(error instanceof CommandError)) throw error;
    throw new Error(`${error.message}\n${whatHelps(settings)}`, { cause: error });
  };
}

function assembly(settings: DeploySettings): string {
  return path.join(settings.stateDir, 'cdk.out');
}

/**
 * Synthesises the app. Needs no server. Nothing is done when sources and settings are those of the last time.
 *
 * @returns whether it was necessary.
 * @throws Error with what the command line said.
 */
export async function synthesise(settings: DeploySettings, signal?: AbortSignal): Promise<boolean> {
  const { sinkPluginConfig } = settings;
  const context = {
    stage: 'local',
    userId: settings.userId,
    bootstrapServers: settings.bootstrapServers,
    connectUrl: settings.connectUrl,
    restProxyUrl: settings.restProxyUrl,
    databaseHost: settings.databaseHost,
    databasePort: settings.databasePort,
    awsEndpointUrl: settings.aws.endpoint ?? '',
    region: settings.aws.region,
    tableEnginePackage: settings.tableEnginePackage,
    ...(sinkPluginConfig === undefined ? {} : { sinkPluginConfig }),
  };
  const args = Object.entries(context).flatMap(([key, value]) => ['-c', `${key}=${value}`]);
  const stamp = hashOf(
    [
      ...APP_SOURCES.map((name) => path.join(PROJECT_ROOT, name)),
      ...(sinkPluginConfig === undefined ? [] : [sinkPluginConfig]),
    ],
    [...args, TABLE_ENGINE_PACKAGE.stamp()],
  );
  const output = assembly(settings);
  const stampFile = `${output}.stamp`;
  if (existsSync(stampFile) && readFileSync(stampFile, 'utf8') === stamp) return false;
  rmSync(stampFile, { force: true });
  rmSync(output, { recursive: true, force: true });
  // The validation by cdk-nag and its like is the test suite's part.
  await cdk(['synth', '--quiet', '--no-validation', '--output', output, ...args], settings, signal);
  writeFileSync(stampFile, stamp);
  return true;
}

/**
 * Prepares the local AWS for the CDK, once.
 *
 * @returns whether it was necessary.
 */
export async function bootstrap(settings: DeploySettings, signal?: AbortSignal): Promise<boolean> {
  const stacks = await readStacks(settings.aws);
  if (isWhole(stacks.find(({ StackName }) => StackName === 'CDKToolkit')?.StackStatus)) return false;
  const environment = `aws://${ACCOUNT}/${settings.aws.region}`;
  await cdk(['bootstrap', '--app', assembly(settings), environment], settings, signal).catch(
    sayWhatHelps(settings),
  );
  return true;
}

/**
 * Deploys all stacks of the synthesised app. Kafka and Kafka Connect must respond.
 *
 * @param onProgress gets how many stacks are deployed, of how many.
 */
export async function deploy(
  settings: DeploySettings,
  signal?: AbortSignal,
  onProgress: (done: number, of: number) => void = () => undefined,
): Promise<void> {
  const of = wantedStacks(assembly(settings)).length;
  let done = 0;
  const onLine = (line: string): void => {
    if (line.includes('✅')) onProgress((done += 1), of);
  };
  const options = [
    '--all',
    '--require-approval',
    'never',
    '--concurrency',
    '3',
    '--quiet',
    '--method',
    'direct',
  ];
  await cdk(['deploy', '--app', assembly(settings), ...options], settings, signal, onLine).catch(
    sayWhatHelps(settings),
  );
}

/**
 * Checks that every stack of the synthesised app is deployed.
 *
 * @throws Error naming those that are not, and the commands that help.
 */
export async function requireDeployed(settings: DeploySettings): Promise<void> {
  const problems = stackProblems(wantedStacks(assembly(settings)), await readStacks(settings.aws));
  if (problems.length === 0) return;
  throw new Error(
    `The CDK has deployed, but not every stack is as the app says: ${problems.join('; ')}. ${whatHelps(settings)}`,
  );
}
