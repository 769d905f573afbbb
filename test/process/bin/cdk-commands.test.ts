/** The plain commands of the CDK command line, on a machine that has nothing but Node. */
import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

const ROOT = join(__dirname, '../../..');
const CDK = join(ROOT, 'node_modules/aws-cdk/bin/cdk');

let scratch: string;

beforeAll(() => {
  scratch = mkdtempSync(join(tmpdir(), 'cdk-commands-'));
  // What comes with Node, and the shell that npx runs.
  for (const name of ['node', 'npx']) symlinkSync(join(dirname(process.execPath), name), join(scratch, name));
  symlinkSync('/bin/sh', join(scratch, 'sh'));
});

afterAll(() => {
  rmSync(scratch, { recursive: true });
});

function cdk(...args: readonly string[]): { status: number | null; stdout: string; stderr: string } {
  return spawnSync(process.execPath, [CDK, ...args, '--output', join(scratch, 'cdk.out')], {
    cwd: ROOT,
    encoding: 'utf8',
    timeout: 280_000,
    env: { PATH: scratch, CDK_HOME: scratch, PIPELINE_LOCAL_DIR: scratch, CDK_DISABLE_CLI_TELEMETRY: 'true' },
  });
}

const parts = ({ stdout }: { stdout: string }, stage: string): string[] =>
  stdout.split('\n').filter((line) => line.startsWith(`pinterest-${stage}-`));

test('cdk list lists the stacks of dev', () => {
  const listed = cdk('list');
  expect(listed.status).toBe(0);
  expect(parts(listed, 'dev')).toContain('pinterest-dev-stream');
  expect(listed.stdout.trim().split('\n')).toEqual(parts(listed, 'dev'));
});

test('cdk synth writes every template of the stage that is named, and makes no package', () => {
  const { status, stderr } = cdk('synth', '-q', '--no-validation', '-c', 'stage=prod');
  expect([status, stderr.match(/warning.*/gi)]).toEqual([0, null]);
  const written = readdirSync(join(scratch, 'cdk.out')).filter((name) => name.endsWith('.template.json'));
  expect(written).toContain('pinterest-prod-stream.template.json');
  expect(existsSync(join(scratch, 'packages'))).toBe(false);
});

test('a checkout in which esbuild does not work is refused with a sentence', () => {
  const checkout = join(scratch, 'a=b');
  const files = execFileSync('git', ['ls-files', '*.ts', '*.cjs', '*.cts', '*.json'], {
    cwd: ROOT,
    encoding: 'utf8',
  });
  for (const file of files
    .trim()
    .split('\n')
    .filter((name) => !name.startsWith('test/')))
    cpSync(join(ROOT, file), join(checkout, file));
  symlinkSync(join(ROOT, 'node_modules'), join(checkout, 'node_modules'));
  const { status, stderr } = spawnSync(process.execPath, ['--import', 'tsx', 'bin/pipeline-app.ts'], {
    cwd: checkout,
    encoding: 'utf8',
    timeout: 280_000,
    env: { PATH: scratch },
  });
  expect(stderr).toMatch(/^The checkout ".*\/a=b" cannot be used: its path has an equals sign, [^\n]*\n$/);
  expect(status).toBe(1);
});
