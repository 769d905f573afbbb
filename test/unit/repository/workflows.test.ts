/** The workflows of GitHub Actions: what can be held without running them. */
import { safeLoad } from 'js-yaml';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const ROOT = join(__dirname, '../../..');
const FOLDER = join(ROOT, '.github/workflows');

interface Step {
  readonly uses?: string;
  readonly run?: string;
  readonly with?: Readonly<Record<string, unknown>>;
}
interface Job {
  readonly if?: string;
  readonly needs?: readonly string[];
  readonly environment?: string;
  readonly permissions?: Readonly<Record<string, string>>;
  readonly 'timeout-minutes'?: number;
  readonly steps: readonly Step[];
}
interface Workflow {
  readonly on: Readonly<Record<string, unknown>>;
  readonly permissions: Readonly<Record<string, string>>;
  readonly jobs: Readonly<Record<string, Job>>;
}

const files = readdirSync(FOLDER).filter((name) => /\.ya?ml$/.test(name));
const texts = files.map((name): [string, string] => [name, readFileSync(join(FOLDER, name), 'utf8')]);
const { engines, scripts } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
  engines: { node: string };
  scripts: Record<string, string>;
};

test('there is one', () => {
  expect(files).toContain('pipeline.yml');
});

describe.each(texts)('%s', (_, text) => {
  const workflow = safeLoad(text) as Workflow;
  const jobs = Object.entries(workflow.jobs);
  const steps = jobs.flatMap(([, job]) => job.steps);
  const runs = steps.flatMap(({ run }) => run ?? []);

  test('reads the repository and nothing more, but for a token where a job takes a role', () => {
    expect(workflow.permissions).toEqual({ contents: 'read' });
    for (const [name, { permissions, steps: own }] of jobs) {
      const takesRole = own.some(({ uses }) => uses?.startsWith('aws-actions/'));
      expect([name, permissions]).toEqual([
        name,
        takesRole ? { contents: 'read', 'id-token': 'write' } : undefined,
      ]);
    }
  });

  test('never runs for a stranger with rights of this repository, and knows no long-lived key', () => {
    expect(Object.keys(workflow.on)).not.toContain('pull_request_target');
    expect(text).not.toMatch(/secrets\.|AWS_ACCESS_KEY_ID|AWS_SECRET_ACCESS_KEY/);
    // An expression in a command is controlled by the writer of its value.
    expect(runs.filter((run) => run.includes('${{'))).toEqual([]);
  });

  test('takes every action by its commit, with its version in a comment', () => {
    const lines = text.split('\n').filter((line) => /\buses:/.test(line));
    expect(lines.length).toBeGreaterThan(5);
    for (const line of lines) expect(line).toMatch(/uses: [\w-]+\/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/);
  });

  test('leaves no token behind in the checkout, and no job without an end', () => {
    for (const { uses, with: settings } of steps) {
      if (uses?.startsWith('actions/checkout@') === true) {
        expect(settings).toMatchObject({ 'persist-credentials': false });
      }
    }
    for (const [, job] of jobs) expect(job['timeout-minutes']).toBeGreaterThan(0);
  });

  test('runs only scripts that there are', () => {
    const called = runs.flatMap((run) => [...run.matchAll(/npm run ([\w:-]+)/g)].map(([, name]) => name));
    expect(called.length).toBeGreaterThan(1);
    expect(called.filter((name) => name === undefined || !(name in scripts))).toEqual([]);
  });

  test('deploys main only, after all checks, into an environment that asks its reviewers', () => {
    const deploying = jobs.filter(([, { steps: own }]) =>
      own.some(({ run }) => run?.includes('cdk deploy') === true),
    );
    expect(deploying.map(([name]) => name)).toEqual(['deploy']);
    for (const [, job] of deploying) {
      expect(job.if?.split(/\s*&&\s*/)).toEqual(
        expect.arrayContaining([
          "github.ref == 'refs/heads/main'",
          'github.event.repository.fork == false',
          "(github.event_name == 'push' || github.event_name == 'workflow_dispatch')",
        ]),
      );
      expect(job.needs).toEqual(['lint', 'unit', 'test', 'synth']);
      expect(job.environment).toMatch(/'dev'/);
    }
  });

  test('runs a job with a role only where the repository has that role, so that a fork stays green', () => {
    for (const [name, job] of jobs) {
      const role = job.steps
        .map((step) => step.with?.['role-to-assume'])
        .find((one) => typeof one === 'string');
      if (role === undefined) continue;
      const variable = /^\$\{\{ (vars\.\w+) \}\}$/.exec(role)?.[1];
      expect([name, job.if]).toEqual([name, expect.stringContaining(`${String(variable)} != ''`)]);
    }
  });

  test('runs the exhaustive tests every night, and nothing else then', () => {
    expect(workflow.on).toHaveProperty('schedule', [
      { cron: expect.stringMatching(/^\d+ \d+ \* \* \*$/) as unknown },
    ]);
    const nightly = jobs.filter(([, { if: condition }]) =>
      condition?.includes("github.event_name == 'schedule'"),
    );
    expect(nightly.map(([name, { steps: own }]) => [name, own.at(-1)?.run])).toEqual([
      ['exhaustive', 'npm run test:exhaustive'],
    ]);
    for (const [name, { if: condition = '' }] of jobs) {
      if (name === 'exhaustive') continue;
      const excluded = /github\.event_name (!= 'schedule'|== '(pull_request|push|workflow_dispatch)')/;
      expect([name, condition]).toEqual([name, expect.stringMatching(excluded)]);
    }
  });

  test('uses one commit of each action', () => {
    const commits = new Map<string, Set<string>>();
    for (const { uses = '' } of steps) {
      const [action = '', commit = ''] = uses.split('@');
      commits.set(action, (commits.get(action) ?? new Set()).add(commit));
    }
    expect([...commits].filter(([, found]) => found.size > 1)).toEqual([]);
  });

  test('lints, tests, synthesises both stages and shows the difference', () => {
    const all = runs.join('\n');
    for (const command of ['npm run lint', 'npm test', 'cdk synth', 'cdk diff']) {
      expect(all).toContain(command);
    }
    expect(text).toContain('stage: [dev, prod]');
    // No one can be asked; a reviewer has approved it in the environment.
    for (const run of runs.filter((one) => one.includes('cdk deploy')))
      expect(run).toContain('--require-approval never');
  });

  test('runs the unit tests on every Node.js from the oldest that is taken to that of .nvmrc', () => {
    const oldest = Number(/\d+/.exec(engines.node)?.[0]);
    const newest = Number(readFileSync(join(ROOT, '.nvmrc'), 'utf8'));
    const [, matrix = ''] = /node: \[(.*)\]/.exec(text) ?? [];
    const versions = matrix.split(',').map(Number);
    expect([versions[0], versions.at(-1)]).toEqual([oldest, newest]);
    expect(runs).toContain('npm run test:unit');
  });
});
