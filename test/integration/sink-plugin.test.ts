/** Another S3 sink plugin than the one built here: a zip and its configuration. */
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { ensureParts, type InstalledParts } from '../../tools/local-run/install';
import { ensureSinkPlugin } from '../../tools/local-run/install/sink-plugin';
import { runningLocalDeployment } from '../../tools/local-run/local-deployment';
import { PARTS_ROOT, STATES_ROOT } from '../../tools/local-run/paths';
import { resetState } from '../../tools/local-run/state/reset';
import { start } from './local-run-harness';

jest.setTimeout(900_000);

const userId = `test-plugin-${process.pid}`;
const CONVERTER = 'org.apache.kafka.connect.converters.ByteArrayConverter';
const CONFIG = {
  'connector.class': 'io.github.pinterestpipeline.s3sink.S3SinkConnector',
  'key.converter': CONVERTER,
  'value.converter': CONVERTER,
  's3.bucket.name': '${bucket}',
  's3.region': '${region}',
  's3.endpoint': '${s3Endpoint}',
  'flush.interval.ms': '1234',
};

let scratch: string;
let parts: InstalledParts;
let zip: string;
let pluginPath = '';

beforeAll(async () => {
  parts = await ensureParts();
  scratch = mkdtempSync(path.join(tmpdir(), 'sink-plugin-'));
  zip = path.join(scratch, `given-${process.pid}.zip`);
  cpSync(parts.connectorZip, zip);
}, 600_000);

afterAll(async () => {
  if (pluginPath !== '') rmSync(path.dirname(pluginPath), { recursive: true, force: true });
  rmSync(scratch, { recursive: true });
  await resetState(userId);
});

function configFile(config: Readonly<Record<string, string>>): string {
  const file = path.join(scratch, 'plugin.json');
  writeFileSync(file, JSON.stringify(config));
  return file;
}

function jars(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.jar'))
    .map((name) => path.basename(name))
    .sort();
}

test('npm start runs its connector, and every post gets through it', async () => {
  const flags = ['--user-id', userId, '--posts', '300', '--report-every', '3600'];
  const run = start([...flags, '--sink-plugin', zip, '--sink-plugin-config', configFile(CONFIG)]);
  try {
    await run.until(/Press Ctrl-C to stop/, 700);
    expect(run.output()).toContain(`installed the S3 sink plugin ${zip} in`);
    expect(run.output()).toMatch(/pin: missing 0, duplicate 0\ngeo: missing 0, duplicate 0\nuser: missing 0/);

    const { connectUrl, outputs } = await runningLocalDeployment(userId);
    const connector = `${connectUrl}/connectors/${outputs.SinkConnectorName}`;
    const status = (await (await fetch(`${connector}/status`)).json()) as {
      connector: unknown;
      tasks: unknown[];
    };
    const running = expect.objectContaining({ state: 'RUNNING' }) as unknown;
    expect([status.connector, ...status.tasks]).toEqual([running, running, running, running]);
    expect(await (await fetch(`${connector}/config`)).json()).toMatchObject({
      ...CONFIG,
      's3.bucket.name': outputs.SinkBucketName,
      's3.region': 'us-east-1',
      's3.endpoint': expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+$/) as unknown,
    });

    const worker = readFileSync(path.join(STATES_ROOT, userId, 'kafka-connect', 'worker.properties'), 'utf8');
    pluginPath = /^plugin\.path=(.*)$/m.exec(worker)?.[1] ?? '';
    expect(path.dirname(path.dirname(pluginPath))).toBe(path.join(PARTS_ROOT, 'sink-plugins'));
    expect(jars(pluginPath)).toEqual(jars(parts.connectorPluginPath));
  } finally {
    run.interrupt();
  }
  expect((await run.ended(180)).code).toBe(130);
});

test('a zip is installed once, and refused when it lacks the class that its configuration names', async () => {
  const lines: string[] = [];
  const install = (config: Readonly<Record<string, string>>): Promise<string> =>
    ensureSinkPlugin({ zip, config: configFile(config) }, (line) => lines.push(line));
  pluginPath = await install(CONFIG);
  expect(await install(CONFIG)).toBe(pluginPath);
  await expect(install({ 'connector.class': 'com.example.Sink' })).rejects.toThrow(
    /has no connector com\.example\.Sink in its \d+ jars/,
  );
  expect(lines.length).toBeLessThanOrEqual(2);
});
