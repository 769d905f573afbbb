import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LOCAL_SETTINGS } from '../../unit/lib/synth';

const ROOT = join(__dirname, '../../..');

/** Runs the app as the CDK command line does, without bundling. */
function run(settings: Record<string, unknown>): { status: number | null; stderr: string; stacks: string[] } {
  const outdir = mkdtempSync(join(tmpdir(), 'pipeline-app-'));
  try {
    const { status, stderr } = spawnSync(process.execPath, ['--import', 'tsx', 'bin/pipeline-app.ts'], {
      cwd: ROOT,
      encoding: 'utf8',
      timeout: 250_000,
      env: {
        PATH: process.env.PATH,
        CDK_OUTDIR: outdir,
        CDK_VALIDATION: 'false',
        CDK_CONTEXT_JSON: JSON.stringify({ ...settings, 'aws:cdk:bundling-stacks': [] }),
      },
    });
    const manifest = join(outdir, 'manifest.json');
    const { artifacts } = existsSync(manifest)
      ? (JSON.parse(readFileSync(manifest, 'utf8')) as { artifacts: Record<string, { type: string }> })
      : { artifacts: {} };
    const stacks = Object.entries(artifacts)
      .filter(([, { type }]) => type === 'aws:cloudformation:stack')
      .map(([name]) => name);
    return { status, stderr, stacks };
  } finally {
    rmSync(outdir, { recursive: true });
  }
}

test('synthesises the stacks of the stage and user given by the context', () => {
  const { status, stacks } = run({ ...LOCAL_SETTINGS, userId: 'someone' });
  expect(status).toBe(0);
  expect(stacks.sort()).toEqual(
    ['api', 'emulator', 'kafka', 'source', 'storage', 'stream'].map((part) => `someone-local-${part}`),
  );
});

test('a wrong setting is one sentence, without a stack trace', () => {
  const { status, stderr, stacks } = run({ ...LOCAL_SETTINGS, connectUrl: 'here' });
  expect(status).toBe(1);
  expect(stacks).toEqual([]);
  expect(stderr).toBe(
    'The setting "connectUrl" is "here", which cannot be used: expected an http(s) URL without user, query or fragment, for example "http://127.0.0.1:8082". Give it as "-c connectUrl=…".\n',
  );
});
