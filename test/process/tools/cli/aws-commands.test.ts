/** `connect` and `brokers` as processes of their own, against a server that plays AWS, with programs that play ssh and aws. */
import { spawn, type ChildProcess } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { once } from 'node:events';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import {
  ec2Answer,
  instanceXml,
  ScriptedAws,
  stacksAnswer,
} from '../../../unit/tools/deployed-stage/scripted-aws';
import { formatCost } from '../../../../tools/cli/format-cost';
import type { StageCost } from '../../../../tools/cost/overview';

const PROJECT = path.join(__dirname, '../../../..');
const KEY = generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
const ARN = 'arn:aws:kafka:eu-west-1:123456789012:cluster/pinterest-dev/abc-1';
const BROKERS = 'b-1.example:9098,b-2.example:9098';

let aws: ScriptedAws;
let folder: string;

beforeEach(async () => {
  aws = await ScriptedAws.start();
  folder = mkdtempSync(path.join(tmpdir(), 'aws-commands-test-'));
  for (const name of ['bin', 'tmp']) mkdirSync(path.join(folder, name));
  for (const name of ['aws', 'session-manager-plugin']) program(name, 'echo "$0 $@" >> "$RECORD"');
  aws.answers.set(
    'DescribeInstances',
    ec2Answer(
      'DescribeInstances',
      `<reservationSet>${instanceXml('i-old', 'running', '2026-01-01T00:00:00Z', '10.60.0.1')}${instanceXml('i-new', 'running', '2026-01-02T00:00:00Z', '10.60.0.2')}${instanceXml('i-gone', 'terminated', '2026-01-03T00:00:00Z', '')}</reservationSet>`,
    ),
  );
  aws.answers.set(
    'DescribeKeyPairs',
    ec2Answer('DescribeKeyPairs', '<keySet><item><keyPairId>key-0a1b</keyPairId></item></keySet>'),
  );
  aws.answers.set('GetParameter', { body: JSON.stringify({ Parameter: { Value: KEY.trimEnd() } }) });
});

afterEach(async () => {
  await aws.stop();
  rmSync(folder, { recursive: true });
});

/** A program that the command line finds, as a shell script. */
function program(name: string, script: string): void {
  const file = path.join(folder, 'bin', name);
  writeFileSync(file, `#!/bin/sh\n${script}\n`);
  chmodSync(file, 0o755);
}

const record = (): string => readFileSync(path.join(folder, 'record'), 'utf8');
const keysLeft = (): string[] =>
  readdirSync(path.join(folder, 'tmp')).filter((name) => name.startsWith('pipeline-key-'));

function start(args: readonly string[], env: NodeJS.ProcessEnv = {}): ChildProcess {
  return spawn(process.execPath, ['--import', 'tsx', 'tools/cli/pipeline.ts', ...args], {
    cwd: PROJECT,
    env: {
      PATH: `${path.join(folder, 'bin')}:/usr/bin:/bin`,
      TMPDIR: path.join(folder, 'tmp'),
      RECORD: path.join(folder, 'record'),
      AWS_ENDPOINT_URL: aws.url,
      AWS_REGION: 'eu-west-1',
      AWS_ACCESS_KEY_ID: 'TEST',
      AWS_SECRET_ACCESS_KEY: 'test',
      AWS_CONFIG_FILE: '/dev/null',
      AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
      AWS_MAX_ATTEMPTS: '1',
      ...env,
    },
  });
}

/** Runs the command line to its end. */
async function run(
  args: readonly string[],
  env?: NodeJS.ProcessEnv,
): Promise<{ code: number; out: string; err: string }> {
  const child = start(args, env);
  let [out, err] = ['', ''];
  child.stdout?.setEncoding('utf8').on('data', (text: string) => (out += text));
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (err += text));
  const [code] = (await once(child, 'close')) as [number];
  return { code, out, err };
}

test('a reader that has seen enough of the output ends the command without an error', async () => {
  aws.answers.set('DescribeStacks', stacksAnswer({ 'pinterest-dev-kafka': { KafkaClusterArn: ARN } }));
  aws.answers.set(`GET /v1/clusters/${ARN}/bootstrap-brokers`, {
    body: JSON.stringify({ bootstrapBrokerStringSaslIam: BROKERS }),
  });
  const child = start(['brokers', '--stage', 'dev']);
  let err = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (err += text));
  child.stdout?.destroy();
  const [code] = (await once(child, 'close')) as [number];
  expect([code, err]).toEqual([0, '']);
});

describe('brokers', () => {
  beforeEach(() => {
    aws.answers.set(
      'DescribeStacks',
      stacksAnswer({
        'pinterest-dev-dev-cluster': { KafkaClusterArn: 'of the user id pinterest-dev' },
        'pinterest-dev-kafka': { KafkaClusterArn: ARN },
        'pinterest-prod-kafka': { KafkaClusterArn: 'another' },
      }),
    );
    aws.answers.set(`GET /v1/clusters/${ARN}/bootstrap-brokers`, {
      body: JSON.stringify({
        bootstrapBrokerStringSaslIam: BROKERS,
        bootstrapBrokerStringTls: 'b-1.example:9094',
      }),
    });
  });

  test('are those for IAM of the stage’s own cluster', async () => {
    expect(await run(['brokers', '--stage', 'dev'])).toEqual({
      code: 0,
      out: 'b-1.example:9098\nb-2.example:9098\n',
      err: '',
    });
    const { out } = await run(['brokers', '--stage', 'dev', '--json']);
    expect(JSON.parse(out)).toEqual({ clusterArn: ARN, bootstrapServers: BROKERS });
  });

  test('that are not there yet are told', async () => {
    aws.answers.set(`GET /v1/clusters/${ARN}/bootstrap-brokers`, { body: '{}' });
    const { code, err } = await run(['brokers', '--stage', 'dev']);
    expect([code, err]).toEqual([1, expect.stringContaining(`The cluster ${ARN} has no brokers for IAM`)]);
  });

  test('of a stage that is not deployed, or has no cluster, are told', async () => {
    const other = await run([
      'brokers',
      '--stage',
      'dev',
      '--user-id',
      'somebody',
      '--region',
      'eu-central-1',
    ]);
    expect([other.code, other.err]).toEqual([
      1,
      expect.stringContaining('No stack named somebody-dev-* is in eu-central-1'),
    ]);
    aws.answers.set('DescribeStacks', stacksAnswer({ 'pinterest-dev-api': { ApiUrl: 'x' } }));
    const without = await run(['brokers', '--stage', 'dev']);
    expect([without.code, without.err]).toEqual([
      1,
      expect.stringContaining(
        'None of the 1 stacks pinterest-dev-* in eu-west-1 has the output KafkaClusterArn',
      ),
    ]);
  });

  test('need a stage', async () => {
    const { code, err } = await run(['brokers']);
    expect([code, err]).toEqual([
      2,
      expect.stringContaining("required option '--stage <name>' not specified"),
    ]);
  });
});

describe('connect', () => {
  test('runs a session on the newest running instance, found by its tags, without any key', async () => {
    const { code, err } = await run(['connect', '--stage', 'dev']);
    expect(code).toBe(0);
    expect(err).toBe('aws ssm start-session --region eu-west-1 --target i-new\n');
    expect(record()).toMatch(/\/aws ssm start-session --region eu-west-1 --target i-new\n$/);
    expect(aws.requests.map(({ operation }) => operation)).toEqual(['DescribeInstances']);
    const input = aws.requests[0]?.input ?? {};
    const filters = [1, 2, 3, 4].map((n) => [input[`Filter.${n}.Name`], input[`Filter.${n}.Value.1`]]);
    expect(Object.fromEntries(filters)).toEqual({
      'tag:project': 'pinterest-data-pipeline',
      'tag:user-id': 'pinterest',
      'tag:stage': 'dev',
      'tag:part': 'client-host',
    });
  });

  test('ends with the session’s exit code', async () => {
    program('aws', 'exit 7');
    expect((await run(['connect', '--stage', 'dev'])).code).toBe(7);
  });

  test('by SSH has the key in a file that only this user reads, while it lasts', async () => {
    program(
      'ssh',
      'stat -c %a "$2" "$(dirname "$2")" > "$RECORD"; cat "$2" >> "$RECORD"; for a; do echo "<$a>" >> "$RECORD"; done; exit 3',
    );
    const { code } = await run(['connect', '--stage', 'dev', '--by', 'ssh']);
    expect(code).toBe(3);
    expect(record().startsWith(`400\n700\n${KEY}<-i>\n`)).toBe(true);
    expect(record()).toContain(
      '<ProxyCommand=aws ssm start-session --region eu-west-1 --target %h --document-name AWS-StartSSHSession --parameters portNumber=%p>',
    );
    expect(record()).toMatch(/<ec2-user@i-new>\n$/);
    expect(keysLeft()).toEqual([]);
    const parameter = aws.requests.find(({ operation }) => operation === 'GetParameter');
    expect(parameter?.input).toEqual({ Name: '/ec2/keypair/key-0a1b', WithDecryption: true });
    const pair = aws.requests.find(({ operation }) => operation === 'DescribeKeyPairs');
    expect(pair?.input).toMatchObject({ 'KeyName.1': 'host key' });
  });

  test('by SSH straight goes to the private address', async () => {
    program('ssh', 'echo "$@" > "$RECORD"');
    expect((await run(['connect', '--stage', 'dev', '--by', 'ssh-direct'])).code).toBe(0);
    expect(record()).toMatch(/ ec2-user@10\.60\.0\.2\n$/);
    expect(record()).not.toContain('ProxyCommand');
  });

  test.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)(
    'leaves no key behind when ended by %s',
    async (signal) => {
      program('ssh', 'echo "$2" > "$RECORD"; exec sleep 60');
      const child = start(['connect', '--stage', 'dev', '--by', 'ssh']);
      while (!existsSync(path.join(folder, 'record')) || record() === '')
        await new Promise((resolve) => setTimeout(resolve, 20));
      expect(existsSync(record().trim())).toBe(true);
      child.kill(signal);
      await once(child, 'close');
      expect(child.exitCode).toBe(130);
      expect(keysLeft()).toEqual([]);
    },
  );

  test('leaves no key behind when ssh cannot be run', async () => {
    writeFileSync(path.join(folder, 'bin', 'ssh'), '#!/nowhere\n');
    chmodSync(path.join(folder, 'bin', 'ssh'), 0o755);
    const { code, err } = await run(['connect', '--stage', 'dev', '--by', 'ssh'], {
      PATH: path.join(folder, 'bin'),
    });
    expect([code, err]).toEqual([1, expect.stringContaining('ENOENT')]);
    expect(keysLeft()).toEqual([]);
  });

  test('only prints what would be run, and reads no key', async () => {
    const { code, out } = await run(['connect', '--stage', 'dev', '--by', 'ssh', '--print'], {
      PATH: '/nowhere',
    });
    expect(code).toBe(0);
    const [fetchKey, ssh] = out.trim().split('\n');
    expect(fetchKey).toMatch(
      /^\(umask 377 && aws ssm get-parameter .*--key-names 'host key' .* > 'host key\.pem'\)$/,
    );
    expect(ssh).toMatch(/^ssh -i 'host key\.pem' .*ec2-user@i-new$/);
    expect(aws.requests.map(({ operation }) => operation)).toEqual(['DescribeInstances']);
  });

  test('reports which programs are missing', async () => {
    for (const name of ['aws', 'session-manager-plugin']) rmSync(path.join(folder, 'bin', name));
    const { code, err } = await run(['connect', '--stage', 'dev'], { PATH: path.join(folder, 'bin') });
    expect([code, err]).toEqual([1, expect.stringContaining('needs aws and session-manager-plugin')]);
  });

  test('reports when no host runs, and in what state those are that do not', async () => {
    aws.answers.set(
      'DescribeInstances',
      ec2Answer(
        'DescribeInstances',
        `<reservationSet>${instanceXml('i-1', 'pending', '2026-01-01T00:00:00Z', '')}</reservationSet>`,
      ),
    );
    const { code, err } = await run(['connect', '--stage', 'prod']);
    expect([code, err]).toEqual([
      1,
      expect.stringContaining('runs in stage prod in eu-west-1 (i-1 is pending)'),
    ]);
  });

  test('reports when the key is missing', async () => {
    aws.answers.set('GetParameter', {
      status: 400,
      body: JSON.stringify({ __type: 'AccessDeniedException', message: 'You may not read this parameter.' }),
    });
    program('ssh', 'true');
    const { code, err } = await run(['connect', '--stage', 'dev', '--by', 'ssh']);
    expect([code, err]).toEqual([1, expect.stringContaining('You may not read this parameter.')]);
    expect(keysLeft()).toEqual([]);
  });

  test('refuses what is no region', async () => {
    const { code, err } = await run(['connect', '--stage', 'dev', '--region', 'moon']);
    expect([code, err]).toEqual([2, expect.stringContaining('The region is "moon": expected an AWS region')]);
  });
});

describe('cost', () => {
  // Parts that already exist: what is left is the streams and the secret of the database.
  const brought = [
    'databaseHost=db.example',
    'kafkaBootstrapServers=b:9092',
    'connectUrl=http://c',
    'restProxyUrl=http://p',
  ];
  const settings = brought.flatMap((setting) => ['-c', setting]);

  test('is that of the stage with these settings, and nothing is asked of AWS', async () => {
    const { code, out } = await run(['cost', '--stage', 'dev', '--json', ...settings]);
    expect(code).toBe(0);
    const cost = JSON.parse(out) as StageCost;
    const { lines, allowances, monthly, overview } = cost;
    expect([...lines, ...allowances].reduce((sum, line) => sum + line.monthly, 0)).toBeCloseTo(monthly, 6);
    expect(monthly).toBeGreaterThan(3 * 730 * 0.015);
    // The same figures, and no more of them, for a person.
    const printed = [...formatCost(cost).matchAll(/^ +(\d+\.\d\d) {2}(?:an hour|a day|a month|\d hours)/gm)];
    const { hour, day, month, parkedMonth = NaN, tryOut } = overview;
    expect(printed.map(([, amount]) => amount)).toEqual(
      [hour, day, month, parkedMonth, tryOut].map((amount) => amount.toFixed(2)),
    );
    expect(month).toBe(monthly);
    expect(aws.requests).toEqual([]);
    expect(readdirSync(path.join(folder, 'tmp')).filter((name) => name.startsWith('pipeline-cost'))).toEqual(
      [],
    );
  });

  test('of settings that cannot be used is told in a sentence', async () => {
    const wrong = await run(['cost', '--stage', 'dev', '-c', 'egress=wormhole']);
    expect([wrong.code, wrong.err]).toEqual([
      1,
      expect.stringContaining('The setting "egress" is "wormhole"'),
    ]);
    const shape = await run(['cost', '--stage', 'dev', '-c', 'egress']);
    expect([shape.code, shape.err]).toEqual([2, expect.stringContaining('Expected name=value')]);
  });
});
