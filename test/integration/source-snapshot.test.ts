/**
 * What a database is restored from is remembered by its stack: parameter and condition of the real template, by the CDK
 * command line and a local AWS. A plain resource replaces the database, of which the local AWS has none.
 */
import { App, CfnWaitConditionHandle, LegacyStackSynthesizer, Stack } from 'aws-cdk-lib';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PROJECT_ROOT } from '../../tools/local-run/paths';
import { childEnvironment } from '../../tools/processes/environment';
import { runCommand } from '../../tools/processes/run-command';
import { awsDeployment, pipeline } from '../unit/lib/synth';
import { sharedParts } from './support/shared-parts';

jest.setTimeout(900_000);

const stateDir = mkdtempSync(join(tmpdir(), 'source-snapshot-'));
const { miniStack } = sharedParts();
afterAll(() => {
  rmSync(stateDir, { recursive: true });
});

/** A deployment with these settings and options. @returns what the database would be made of now. */
async function deploy(settings: Readonly<Record<string, string>>, ...options: string[]): Promise<string> {
  const source = pipeline(awsDeployment('dev', settings)).templates.source.toJSON() as {
    Parameters: Record<string, unknown>;
    Conditions: Record<string, unknown>;
    Resources: Record<string, { Type: string; Properties: Record<string, unknown> }>;
  };
  const server = Object.values(source.Resources).find(({ Type }) => Type === 'AWS::RDS::DBInstance');
  const { 'Fn::If': chosen } = server?.Properties.DBSnapshotIdentifier as { 'Fn::If': unknown[] };
  const madeOf = { 'Fn::If': [chosen[0], chosen[1], 'nothing'] };
  const outdir = mkdtempSync(join(stateDir, 'cdk-'));
  const app = new App({ outdir });
  const stack = new Stack(app, 'source', {
    synthesizer: new LegacyStackSynthesizer(),
    env: { account: '000000000000', region: 'us-east-1' },
  });
  new CfnWaitConditionHandle(stack, 'Nothing');
  app.synth();
  writeFileSync(
    join(outdir, 'source.template.json'),
    JSON.stringify({
      Parameters: { SourceSnapshot: source.Parameters.SourceSnapshot },
      Conditions: source.Conditions,
      Resources: { Database: { Type: 'AWS::SSM::Parameter', Properties: { Type: 'String', Value: madeOf } } },
      Outputs: { MadeOf: { Value: madeOf } },
    }),
  );
  const outputs = join(outdir, 'outputs.json');
  await runCommand(
    process.execPath,
    [
      'node_modules/aws-cdk/bin/cdk',
      'deploy',
      '--app',
      outdir,
      'source',
      '--outputs-file',
      outputs,
      ...options,
    ],
    {
      cwd: PROJECT_ROOT,
      timeoutMs: 600_000,
      env: childEnvironment('local', {
        AWS_ENDPOINT_URL: miniStack.url,
        AWS_REGION: 'us-east-1',
        AWS_ACCESS_KEY_ID: 'SNAPSHOTTEST',
        AWS_SECRET_ACCESS_KEY: 'local',
        CDK_HOME: join(stateDir, 'cdk-home'),
        CDK_DISABLE_CLI_TELEMETRY: 'true',
      }),
    },
  );
  const { source: found } = JSON.parse(readFileSync(outputs, 'utf8')) as { source: { MadeOf: string } };
  return found.MadeOf;
}

test('the setting counts when the stack is made; later only anyone who means that stack replaces its database', async () => {
  expect(await deploy({ sourceSnapshot: 'first' })).toBe('first');
  expect(await deploy({})).toBe('first');
  expect(await deploy({ sourceSnapshot: 'second' })).toBe('first');
  expect(await deploy({}, '--parameters', 'source:SourceSnapshot=third')).toBe('third');
  expect(await deploy({})).toBe('third');
});
