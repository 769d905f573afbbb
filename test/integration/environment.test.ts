/** Each kind of child, started under hostile variables: what it gets, and that it works. */
import { createServer, type Server } from 'node:http';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';
import type { Deployment } from '../../tools/pipeline/deployment';
import { runTableEngine } from '../../tools/pipeline/table-engine';
import { ensureParts, installedParts } from '../../tools/local-run/install';
import { javaProgram } from '../../tools/local-run/parts/java';
import { startMiniStack } from '../../tools/local-run/parts/ministack';
import { PROJECT_ROOT } from '../../tools/local-run/paths';
import { childEnvironment, forgetAwsAccount } from '../../tools/processes/environment';
import { runCommand } from '../../tools/processes/run-command';
import { hostileEnvironment } from './support/hostile-environment';

const before = { ...process.env };
let folder: string;
let server: Server;
let url: string;

beforeAll(async () => {
  await ensureParts(undefined, { only: ['python'] });
  folder = mkdtempSync(path.join(tmpdir(), 'environment-test-'));
  server = createServer((_, response) => response.end('reached')).listen({ host: '127.0.0.1', port: 0 });
  await once(server, 'listening');
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  Object.assign(process.env, hostileEnvironment(folder), { NODE_OPTIONS: '--require /nowhere/missing.js' });
}, 600_000);

afterAll(() => {
  for (const name of Object.keys(process.env))
    if (!(name in before)) Reflect.deleteProperty(process.env, name);
  Object.assign(process.env, before);
  server.close();
  rmSync(folder, { recursive: true, force: true });
});

test.each(['local', 'installer', 'aws'] as const)('Node, %s', async (purpose) => {
  const script = `fetch('${url}').then(async (r) => console.log(await r.text(), new Date(0).getHours()))`;
  const env = childEnvironment(purpose, { NODE_USE_ENV_PROXY: '1' });
  expect(await runCommand(process.execPath, ['-e', script], { env })).toBe('reached 0\n');
});

test.each(['local', 'installer', 'aws'] as const)('Python, %s', async (purpose) => {
  const script = `
import duckdb, sys, urllib.request
print(urllib.request.urlopen(${JSON.stringify(url)}).read().decode(), "\\U0001f600", sys.stdout.encoding)`;
  const env = childEnvironment(purpose);
  expect(await runCommand(installedParts().python, ['-c', script], { env })).toBe(
    'reached \u{1f600} utf-8\n',
  );
});

test.each(['local', 'installer', 'aws'] as const)('Java, %s', async (purpose) => {
  let said = '';
  const args = ['-XshowSettings:properties', '-version'];
  await runCommand(javaProgram(), args, {
    env: childEnvironment(purpose),
    onLine: (line) => (said += `${line}\n`),
  });
  expect(said).toMatch(/sun\.jnu\.encoding = UTF-8/);
  expect(said).toMatch(/user\.language = en/);
  expect(said).not.toContain('Picked up');
});

test("the CDK's command line", async () => {
  const args = [path.join(PROJECT_ROOT, 'node_modules', 'aws-cdk', 'bin', 'cdk'), '--version'];
  expect(await runCommand(process.execPath, args)).toMatch(/^\d+\.\d+\.\d+ /);
});

test('the local AWS, clients of it in this process, and the table engine', async () => {
  forgetAwsAccount();
  const part = await startMiniStack({ stateDir: path.join(folder, 'state') });
  const credentials = { accessKeyId: 'LOCALTEST', secretAccessKey: 'local' };
  const aws = { endpoint: part.url, region: 'us-east-1', credentials };
  const s3 = new S3Client({ ...aws, forcePathStyle: true });
  try {
    await s3.send(new CreateBucketCommand({ Bucket: 'bucket' }));
    const deployment = { userId: 'me', aws, outputs: { SinkBucketName: 'bucket' } } as unknown as Deployment;
    // What only the bucket can have said.
    await expect(runTableEngine(deployment, 'inspect', { python: installedParts().python })).rejects.toThrow(
      'There is no table s3://bucket/tables/quarantine yet',
    );
  } finally {
    s3.destroy();
    await part.stop();
  }
});
