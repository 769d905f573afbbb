/** What is made when it is published: how stacks refer to it, and the command that builds it. */
import type { CloudAssembly } from 'aws-cdk-lib/cx-api';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { addDeployment } from '../../../../lib/parked-pipeline';
import { readDeployment } from '../../../../lib/stages';
import { clientHostTar, filesOf } from '../../../../lib/packaging/package-files';
import { app } from '../synth';

const outdir = mkdtempSync(join(tmpdir(), 'package-asset-'));

interface Source {
  readonly executable?: readonly string[];
  readonly path?: string;
}

/** The assembly of a stage whose packages are given nowhere. */
function synthesise(settings: Record<string, string>): CloudAssembly {
  const made = app({ outdir: mkdtempSync(join(outdir, 'out-')) });
  addDeployment(
    made,
    readDeployment((name) => settings[name]),
  );
  return made.synth();
}

/** What a stack publishes, by the assets' ids. */
function sources({ directory }: CloudAssembly, stack: string): Record<string, Source> {
  const text = readFileSync(join(directory, `${stack}.assets.json`), 'utf8');
  const { files } = JSON.parse(text) as { files: Record<string, { source: Source }> };
  return Object.fromEntries(Object.entries(files).map(([id, { source }]) => [id, source]));
}

const dev = synthesise({ stage: 'dev', batchEngine: 'emr-serverless' });
const lambda = filesOf('table-engine', { architecture: 'arm64', python: '3.14' });
const spark = filesOf('spark-batch', { architecture: 'arm64', python: '3.11' });
const keys = [...lambda, ...spark, ...filesOf('s3-sink-connector'), ...filesOf('client-host')].map(
  ({ file, hash }) => `${hash}${/\.[a-z]+$/.exec(file)?.[0] ?? ''}`,
);

afterAll(() => {
  rmSync(outdir, { recursive: true });
});

test('every package is made by a command, under the hash of its sources; nothing replaces one meanwhile', () => {
  const all = Object.assign({}, ...dev.stacks.map(({ stackName }) => sources(dev, stackName))) as Record<
    string,
    Source
  >;
  const made = Object.entries(all).filter(([, { executable }]) => executable !== undefined);
  expect(made.map(([id]) => id).sort()).toEqual([...keys].sort());
  for (const [id, { executable, path }] of made) {
    expect(path).toBeUndefined();
    expect(executable).toContain(id.slice(0, 64));
  }
});

test('the first stack has all of them published before it, as a failure then has changed nothing', () => {
  const first = sources(dev, 'pinterest-dev-key');
  expect(Object.keys(first)).toEqual(expect.arrayContaining(keys));
});

test('templates refer to them by these hashes', () => {
  const text = (part: string): string =>
    JSON.stringify(dev.stacks.find(({ stackName }) => stackName === `pinterest-dev-${part}`)?.template);
  const [table = ''] = keys;
  expect(text('stream').includes(`"S3Key":"${table}"`)).toBe(true);
  for (const key of keys.slice(1, -2)) expect(text('batch').includes(`/${key}`)).toBe(true);
  const [plugin = '', host = ''] = keys.slice(-2);
  expect(text('kafka').includes(plugin)).toBe(true);
  expect(text('client-host').includes(host)).toBe(true);
  expect(text('client-host').includes(`PACKAGE_SHA256='${clientHostTar().sums}'`)).toBe(true);
});

test('a parked stage makes what is left of it', () => {
  const parked = synthesise({ stage: 'dev', parked: 'true' });
  const made = Object.values(sources(parked, 'pinterest-dev-key')).filter(({ executable }) => executable);
  expect(made).toHaveLength(1);
});
