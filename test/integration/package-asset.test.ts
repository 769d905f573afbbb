/** The packages of a deployment to AWS, published by the CDK command line to a local AWS. */
import { CloudFormationClient, ListStacksCommand } from '@aws-sdk/client-cloudformation';
import { GetObjectCommand, ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { ensureParts } from '../../tools/local-run/install';
import { sharedParts } from './support/shared-parts';
import { PROJECT_ROOT } from '../../tools/local-run/paths';
import { childEnvironment } from '../../tools/processes/environment';
import { runCommand } from '../../tools/processes/run-command';
import { sha256 } from '../../lib/packaging/client-host-sums';
import { clientHostTar, sinkPluginZip, tableEngineZip } from '../../lib/packaging/package-files';

jest.setTimeout(900_000);

const REGION = 'us-east-1';
const BUCKET = `cdk-hnb659fds-assets-000000000000-${REGION}`;

let scratch: string;
let python: string;
let cdk: (args: readonly string[], additions?: Readonly<Record<string, string>>) => Promise<string>;
let s3: S3Client;
let cloudFormation: CloudFormationClient;

beforeAll(async () => {
  ({ python } = await ensureParts(undefined, { only: ['python'] }));
  scratch = mkdtempSync(path.join(tmpdir(), 'package-asset-'));
  const { miniStack } = sharedParts();
  const credentials = { accessKeyId: `PACKAGETEST${process.pid}`, secretAccessKey: 'local' };
  const config = { region: REGION, endpoint: miniStack.url, credentials };
  s3 = new S3Client({ ...config, forcePathStyle: true });
  cloudFormation = new CloudFormationClient(config);
  cdk = (args, additions = {}) =>
    runCommand(process.execPath, ['node_modules/aws-cdk/bin/cdk', ...args], {
      cwd: PROJECT_ROOT,
      timeoutMs: 800_000,
      env: childEnvironment('installer', {
        AWS_ENDPOINT_URL: miniStack.url,
        AWS_REGION: REGION,
        AWS_ACCESS_KEY_ID: credentials.accessKeyId,
        AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
        CDK_HOME: path.join(scratch, 'cdk-home'),
        CDK_DISABLE_CLI_TELEMETRY: 'true',
        ...additions,
      }),
    });
  await cdk(['synth', '--quiet', '--no-validation', '--output', path.join(scratch, 'cdk.out')]);
  await cdk(['bootstrap', '--app', path.join(scratch, 'cdk.out'), `aws://000000000000/${REGION}`]);
});

afterAll(() => {
  s3.destroy();
  cloudFormation.destroy();
  rmSync(scratch, { recursive: true });
});

/** Deploys the first stack of the assembly. */
const deploy = (additions?: Readonly<Record<string, string>>): Promise<string> =>
  cdk(
    ['deploy', '--app', path.join(scratch, 'cdk.out'), 'pinterest-dev-key', '--require-approval', 'never'],
    additions,
  );

const published = async (): Promise<string[]> => {
  const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket: BUCKET }));
  return Contents.map(({ Key = '' }) => Key).filter((key) => !key.endsWith('.json'));
};

async function fetched(key: string): Promise<Buffer> {
  const { Body } = await s3.send(new GetObjectCommand({ Bucket: BUCKET, Key: key }));
  return Buffer.from((await Body?.transformToByteArray()) ?? []);
}

test('without the tools for a package nothing is deployed, and the missing ones are named', async () => {
  const bin = path.join(scratch, 'bin');
  mkdirSync(bin);
  symlinkSync(process.execPath, path.join(bin, 'node'));
  const poor = { PATH: bin, JAVA_HOME: '', PIPELINE_LOCAL_DIR: path.join(scratch, 'local') };
  const failed = await deploy(poor).catch((error: unknown) => String(error));
  expect(failed).toMatch(/mvn: not found; needed: Maven/);
  expect(await published()).toEqual([]);
  const { StackSummaries = [] } = await cloudFormation.send(new ListStacksCommand({}));
  expect(StackSummaries.map(({ StackName }) => StackName)).toEqual(['CDKToolkit']);
});

test('with them each package is published under the hash of its sources', async () => {
  await deploy();
  const [functions, plugin, host] = [
    tableEngineZip({ architecture: 'arm64', python: '3.14' }),
    sinkPluginZip(),
    clientHostTar(),
  ];
  const keys = [`${functions.hash}.zip`, `${plugin.hash}.zip`, `${host.hash}.tar`];
  expect((await published()).sort()).toEqual([...keys].sort());

  const zip = path.join(scratch, 'functions.zip');
  writeFileSync(zip, await fetched(`${functions.hash}.zip`));
  const names = execFileSync(python, ['-m', 'zipfile', '-l', zip], { encoding: 'utf8' });
  expect(names).toMatch(/^append\.py /m);
  expect(names).toMatch(/^_duckdb\.cpython-314-aarch64-linux-gnu\.so /m);
  expect(names).not.toMatch(/^\.wheels |__pycache__/m);

  const archive = path.join(scratch, 'host.tar');
  writeFileSync(archive, await fetched(`${host.hash}.tar`));
  execFileSync('tar', ['--extract', '--directory', scratch, '--file', archive, 'SHA256SUMS']);
  expect(sha256(readFileSync(path.join(scratch, 'SHA256SUMS')))).toBe(host.sums);
});

test('what is published already needs no tool any more', async () => {
  const nothing = path.join(scratch, 'nothing');
  mkdirSync(nothing);
  const stacks = await deploy({ PATH: nothing, PIPELINE_LOCAL_DIR: nothing });
  expect(stacks).toContain('arn:aws:cloudformation');
});
