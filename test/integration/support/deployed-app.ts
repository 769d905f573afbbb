/** The app deployed by the CDK command line to a real local AWS, next to a real broker and a real Connect worker. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensureParts, installedParts } from '../../../tools/local-run/install';
import { startKafka } from '../../../tools/local-run/parts/kafka';
import { startKafkaConnect } from '../../../tools/local-run/parts/kafka-connect';
import { startMiniStack } from '../../../tools/local-run/parts/ministack';
import { PROJECT_ROOT } from '../../../tools/local-run/paths';
import { freePort } from '../../../tools/local-run/ports';
import { childEnvironment } from '../../../tools/processes/environment';
import { runCommand } from '../../../tools/processes/run-command';

const REGION = 'us-east-1';

/** How AWS clients reach the local AWS. */
export interface LocalAws {
  readonly region: string;
  readonly endpoint: string;
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
}

/** A deployed app. Nothing listens on its database's port. */
export interface DeployedApp {
  readonly aws: LocalAws;
  readonly bootstrapServers: string;
  readonly connectUrl: string;
  readonly databasePort: number;
  /** The stacks' outputs by key. */
  readonly outputs: Readonly<Record<string, string>>;
  /** Deploys the app again, with these settings changed. */
  deploy(changes?: Readonly<Record<string, string>>): Promise<void>;
  /** Stops and removes everything. */
  close(): Promise<void>;
}

/** Starts the parts, and deploys the app for a user with the REST proxy at a URL. */
export async function deployApp(userId: string, restProxyUrl: string): Promise<DeployedApp> {
  const stateDir = mkdtempSync(join(tmpdir(), 'pipeline-deploy-'));
  const stops: (() => Promise<void>)[] = [];
  const close = async (): Promise<void> => {
    for (const stop of stops.reverse()) await stop();
    rmSync(stateDir, { recursive: true, force: true });
  };
  try {
    await ensureParts(undefined, { only: ['kafka', 'python', 's3-sink-connector', 'table-engine-package'] });
    const credentials = { accessKeyId: `DEPLOYTEST${process.pid}`, secretAccessKey: 'local' };
    const ministack = await startMiniStack({ stateDir });
    stops.push(() => ministack.stop());
    const { bootstrapServers, ...broker } = await startKafka({ stateDir });
    stops.push(() => broker.stop());
    const connect = await startKafkaConnect({
      stateDir,
      bootstrapServers,
      env: {
        AWS_ACCESS_KEY_ID: credentials.accessKeyId,
        AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
      },
    });
    stops.push(() => connect.stop());
    const databasePort = await freePort();
    const aws = { region: REGION, endpoint: ministack.url, credentials };
    const settings = {
      stage: 'local',
      userId,
      bootstrapServers,
      connectUrl: connect.url,
      restProxyUrl,
      databaseHost: '127.0.0.1',
      databasePort: String(databasePort),
      awsEndpointUrl: ministack.url,
      tableEnginePackage: installedParts().tableEngineZip,
    };
    const outputs: Record<string, string> = {};
    const deploy = async (changes: Readonly<Record<string, string>> = {}): Promise<void> => {
      Object.assign(outputs, await runCdk(aws, stateDir, { ...settings, ...changes }));
    };
    await deploy();
    return { aws, bootstrapServers, connectUrl: connect.url, databasePort, outputs, deploy, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Synthesises, bootstraps and deploys. @returns the outputs of all stacks. */
async function runCdk(
  { region, endpoint, credentials }: LocalAws,
  stateDir: string,
  settings: Readonly<Record<string, string>>,
): Promise<Record<string, string>> {
  const cdk = (...args: string[]): Promise<string> =>
    runCommand(process.execPath, ['node_modules/aws-cdk/bin/cdk', ...args], {
      cwd: PROJECT_ROOT,
      timeoutMs: 900_000,
      env: childEnvironment('local', {
        AWS_ENDPOINT_URL: endpoint,
        AWS_REGION: region,
        AWS_ACCESS_KEY_ID: credentials.accessKeyId,
        AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
        CDK_HOME: join(stateDir, 'cdk-home'),
        CDK_DISABLE_CLI_TELEMETRY: 'true',
      }),
    });
  const assembly = join(stateDir, 'cdk.out');
  const file = join(stateDir, 'outputs.json');
  const context = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  await cdk('synth', '--quiet', '--no-validation', '--output', assembly, ...context);
  await cdk('bootstrap', '--app', assembly, `aws://000000000000/${region}`);
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
  await cdk('deploy', '--app', assembly, ...options, '--outputs-file', file);
  const stacks = JSON.parse(readFileSync(file, 'utf8')) as Record<string, Record<string, string>>;
  return Object.assign({}, ...Object.values(stacks)) as Record<string, string>;
}
