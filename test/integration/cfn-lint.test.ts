/** Every template of every stage against CloudFormation's resource specification, by cfn-lint. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { ensureParts } from '../../tools/local-run/install';
import { pythonExecutable } from '../../tools/local-run/paths';
import { addPipeline } from '../../lib/pipeline';
import type { Deployment } from '../../lib/stages';
import { app, awsDeployment, deployment } from '../unit/lib/synth';

jest.setTimeout(300_000);

/** The library names what a resource depends on even where a reference says it already. */
const LEFT_OUT = ['W3005'];

const folder = mkdtempSync(join(tmpdir(), 'cfn-lint-'));
beforeAll(async () => {
  await ensureParts(undefined, { only: ['python'] });
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

/** Checks templates. @returns what cfn-lint found, a line each. */
function lint(files: readonly string[]): string[] {
  const options = ['--format', 'parseable', '--ignore-checks', ...LEFT_OUT, '--'];
  const { status, stdout, stderr } = spawnSync(
    join(dirname(pythonExecutable()), 'cfn-lint'),
    [...options, ...files],
    {
      encoding: 'utf8',
    },
  );
  if (status === null || stderr !== '') throw new Error(`cfn-lint did not run: ${stderr}`);
  return stdout.split('\n').filter((line) => line !== '');
}

const STAGES: readonly [string, () => Deployment][] = [
  ['local', () => deployment()],
  ['dev', () => awsDeployment('dev')],
  ['prod', () => awsDeployment('prod')],
  [
    'dev with all it may have',
    () =>
      awsDeployment('dev', {
        kafkaCapacity: 'serverless',
        egress: 'nat-gateway',
        firewall: 'on',
        usagePlan: 'on',
        sourceSnapshot: 'mine-1',
        sshFrom: '203.0.113.0/24',
        batchEngine: 'emr-serverless',
      }),
  ],
  [
    'dev with all parts brought',
    () =>
      awsDeployment('dev', {
        vpcId: 'vpc-0123456789abcdef0',
        privateSubnetIds: 'subnet-0a000001,subnet-0a000002',
        availabilityZones: 'us-east-1a,us-east-1b',
        kafkaBootstrapServers: 'b-1.example:9098',
        kafkaClusterArn: 'arn:aws:kafka:us-east-1:123456789012:cluster/mine/0a1b2c3d-1',
        connectUrl: 'http://connect.example:8083',
        sinkPluginZip: undefined,
        restProxyUrl: 'https://proxy.example',
        clientHostPackage: undefined,
        databaseHost: 'db.example',
        batchEngine: 'none',
        databaseSecretArn: 'arn:aws:secretsmanager:us-east-1:123456789012:secret:mine-AbCdEf',
      }),
  ],
];

const WRONG = join(folder, 'wrong.json');
/** All that cfn-lint finds in one run over every template: it takes as long to begin as to check a stage. */
let found: string[];
const foundIn = (place: string): string[] => found.filter((line) => line.startsWith(place));
const outdirOf = (name: string): string => join(folder, `${name.replaceAll(' ', '-')}.out`);

beforeAll(() => {
  const files = STAGES.flatMap(([name, deployed]) => {
    const outdir = outdirOf(name);
    const made = app({ outdir });
    const stacks = addPipeline(made, deployed());
    made.synth();
    const templates = readdirSync(outdir).filter((file) => file.endsWith('.template.json'));
    expect(templates).toHaveLength(Object.keys(stacks).length);
    return templates.map((file) => join(outdir, file));
  });
  const cluster = readFileSync(join(outdirOf('dev'), 'pinterest-dev-cluster.template.json'), 'utf8');
  writeFileSync(WRONG, cluster.replace('"ClientBroker": "TLS"', '"ClientBroker": "SSL"'));
  found = lint([...files, WRONG]);
});

test.each(STAGES)('nothing is found in the templates of %s', (name) => {
  expect(foundIn(outdirOf(name))).toEqual([]);
});

test('a property that is wrong is found', () => {
  expect(foundIn(WRONG).join('\n')).toMatch(/E3030.*'SSL' is not one of/);
});

test('nothing is found in any other place', () => {
  const places = [...STAGES.map(([name]) => outdirOf(name)), WRONG];
  expect(found.filter((line) => !places.some((place) => line.startsWith(place)))).toEqual([]);
});
