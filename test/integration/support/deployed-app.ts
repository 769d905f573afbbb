/** The app deployed by the CDK command line to a real local AWS, next to a real broker and a real Connect worker. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bootstrap, deploy, synthesise, type DeploySettings } from '../../../tools/local-run/deploy';
import { ensureParts, installedParts } from '../../../tools/local-run/install';
import { startKafka } from '../../../tools/local-run/parts/kafka';
import { startKafkaConnect } from '../../../tools/local-run/parts/kafka-connect';
import { startMiniStack } from '../../../tools/local-run/parts/ministack';
import { freePort } from '../../../tools/local-run/ports';
import { readOutputs } from '../../../tools/pipeline/deployment';

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
  /** Synthesises and deploys the app again. */
  deploy(): Promise<void>;
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
    const settings: DeploySettings = {
      userId,
      stateDir,
      aws,
      bootstrapServers,
      connectUrl: connect.url,
      restProxyUrl,
      databaseHost: '127.0.0.1',
      databasePort,
      tableEnginePackage: installedParts().tableEngineZip,
    };
    const deployAll = async (): Promise<void> => {
      // Without its stamp the app is synthesised, though nothing has changed.
      rmSync(join(stateDir, 'cdk.out.stamp'), { force: true });
      await synthesise(settings);
      await bootstrap(settings);
      await deploy(settings);
    };
    await deployAll();
    const outputs = { ...(await readOutputs(aws, 'local', userId)) };
    return {
      aws,
      bootstrapServers,
      connectUrl: connect.url,
      databasePort,
      outputs,
      deploy: deployAll,
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}
