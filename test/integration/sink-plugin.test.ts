/** Another S3 sink plugin than the one built here: the same zip, by way of a path, a folder, and a Maven repository. */
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
} from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import path from 'node:path';
import { runningLocalDeployment } from '../../tools/local-run/local-deployment';
import { ensureParts, type InstalledParts } from '../../tools/local-run/install';
import { ensureSinkPlugin } from '../../tools/local-run/install/sink-plugin';
import { PARTS_ROOT, STATES_ROOT } from '../../tools/local-run/paths';
import { resetState } from '../../tools/local-run/state/reset';
import { start } from './local-run-harness';

jest.setTimeout(900_000);

const userId = `test-plugin-${process.pid}`;
const pluginPaths: string[] = [];
let scratch: string;
let parts: InstalledParts;

beforeAll(async () => {
  parts = await ensureParts();
  scratch = mkdtempSync(path.join(tmpdir(), 'sink-plugin-'));
}, 600_000);

afterAll(async () => {
  for (const pluginPath of pluginPaths) rmSync(path.dirname(pluginPath), { recursive: true, force: true });
  rmSync(scratch, { recursive: true });
  await resetState(userId);
});

/** A copy of the zip under a name of this test's, so that nothing is there yet. */
function zipCopy(name: string): string {
  const zip = path.join(scratch, `${name}-${process.pid}.zip`);
  cpSync(parts.connectorZip, zip);
  return zip;
}

/** Installs, and notes what is to be removed. */
async function install(...args: Parameters<typeof ensureSinkPlugin>): Promise<string> {
  const pluginPath = await ensureSinkPlugin(...args);
  pluginPaths.push(pluginPath);
  return pluginPath;
}

function jars(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.jar'))
    .map((name) => path.basename(name))
    .sort();
}

test('npm start with a zip runs its connector, and every post gets through it', async () => {
  const zip = zipCopy('given');
  const flags = ['--user-id', userId, '--posts', '300', '--report-every', '3600'];
  const run = start([...flags, '--sink-plugin', 'own', '--sink-plugin-from', zip]);
  try {
    await run.until(/Press Ctrl-C to stop/, 700);
    expect(run.output()).toContain(`installed the S3 sink plugin ${zip} in`);
    expect(run.output()).toMatch(/pin: missing 0, duplicate 0\ngeo: missing 0, duplicate 0\nuser: missing 0/);

    const { connectUrl, outputs } = await runningLocalDeployment(userId);
    const answer = await fetch(`${connectUrl}/connectors/${outputs.SinkConnectorName}/status`);
    const status = (await answer.json()) as { connector: unknown; tasks: unknown[] };
    const running = expect.objectContaining({ state: 'RUNNING' }) as unknown;
    expect([status.connector, ...status.tasks]).toEqual([running, running, running, running]);

    const config = readFileSync(path.join(STATES_ROOT, userId, 'kafka-connect', 'worker.properties'), 'utf8');
    const pluginPath = /^plugin\.path=(.*)$/m.exec(config)?.[1] ?? '';
    pluginPaths.push(pluginPath);
    expect(path.dirname(path.dirname(pluginPath))).toBe(path.join(PARTS_ROOT, 'sink-plugins'));
    expect(jars(pluginPath)).toEqual(jars(parts.connectorPluginPath));
  } finally {
    run.interrupt();
  }
  expect((await run.ended(180)).code).toBe(130);
});

test('a zip of Maven’s is fetched, once', async () => {
  // The person's repository with one more group in it, as links: Maven's own plugins need not be fetched again.
  const repository = path.join(scratch, 'repository');
  const known = path.join(homedir(), '.m2', 'repository');
  const artifact = path.join(repository, 'sink-plugin-test', 's3-sink', '1.0');
  mkdirSync(artifact, { recursive: true });
  cpSync(parts.connectorZip, path.join(artifact, 's3-sink-1.0.zip'));
  for (const name of existsSync(known) ? readdirSync(known) : []) {
    symlinkSync(path.join(known, name), path.join(repository, name));
  }
  const before = process.env.MAVEN_OPTS;
  process.env.MAVEN_OPTS = `-Dmaven.repo.local=${repository}`;
  try {
    const place = { type: 'maven', coordinates: 'sink-plugin-test:s3-sink:1.0:zip' } as const;
    const lines: string[] = [];
    const pluginPath = await install({ kind: 'own', place }, (line) => lines.push(line));
    expect(jars(pluginPath)).toEqual(jars(parts.connectorPluginPath));
    expect(lines).toHaveLength(2);
    expect(await install({ kind: 'own', place }, (line) => lines.push(line))).toBe(pluginPath);
    expect(lines).toHaveLength(2);
    expect(readdirSync(path.dirname(pluginPath)).sort()).toEqual(['.installed', 'plugins']);
  } finally {
    if (before === undefined) delete process.env.MAVEN_OPTS;
    else process.env.MAVEN_OPTS = before;
  }
});

test('a folder is copied; another content is another installation', async () => {
  const folder = path.join(scratch, 'unpacked');
  cpSync(parts.connectorPluginPath, folder, { recursive: true });
  const place = { type: 'folder', path: folder } as const;
  const first = await install({ kind: 'own', place });
  expect(jars(first)).toEqual(jars(folder));
  cpSync(path.join(folder, readdirSync(folder)[0] ?? ''), path.join(folder, 'again'), { recursive: true });
  const second = await install({ kind: 'own', place });
  expect(second).not.toBe(first);
  expect(jars(second)).toEqual(jars(folder));
});

test('a plugin that is not of the kind given is refused, naming the class that it lacks', async () => {
  const place = { type: 'zip', path: zipCopy('other') } as const;
  await expect(ensureSinkPlugin({ kind: 'aiven', place })).rejects.toThrow(
    /has no connector io\.aiven\.kafka\.connect\.s3\.\w+ in its \d+ jars, which the kind "aiven" needs/,
  );
});
