/** The proxy does what its OpenAPI description says, by schemathesis: requests made from it, right and wrong ones. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { ensureParts } from '../../tools/local-run/install';
import { pythonExecutable } from '../../tools/local-run/paths';
import { childEnvironment } from '../../tools/processes/environment';
import { IS_EXHAUSTIVE, SEED } from '../sweeps';
import {
  KafkaHarness,
  SETUP_TIMEOUT_MS,
  TEST_TIMEOUT_MS,
  send,
  type ProxyProcess,
} from './rest-proxy-harness';

jest.setTimeout(TEST_TIMEOUT_MS);

const TOPIC = 'openapi';
const PARTITIONS = 3;
/** Requests that are drawn an operation, besides those for each edge of the description. */
const DRAWN = IS_EXHAUSTIVE ? 500 : 40;

interface Description {
  paths: Record<string, Record<string, unknown>>;
  components: { parameters: Record<string, { schema: unknown }> };
}

let harness: KafkaHarness;
let proxy: ProxyProcess;
let folder: string;

beforeAll(async () => {
  await ensureParts(undefined, { only: ['python'] });
  folder = mkdtempSync(path.join(tmpdir(), 'rest-proxy-openapi-'));
  harness = KafkaHarness.shared();
  await harness.createTopic(TOPIC, PARTITIONS);
  proxy = await harness.startProxy('--topics', TOPIC, '--log-level', 'debug');
}, SETUP_TIMEOUT_MS);
afterAll(async () => {
  await harness.stop();
  rmSync(folder, { recursive: true, force: true });
});

/** The description as it is served, with the test's topics and partitions, also missing ones, in place of any. */
async function description(): Promise<Description> {
  const served = JSON.parse((await send(`${proxy.url}/openapi.json`)).text) as Description;
  const { Topic, Partition } = served.components.parameters;
  if (Topic === undefined || Partition === undefined) throw new Error('The parameters have other names.');
  Topic.schema = { enum: [TOPIC, `${TOPIC}-not-served`] };
  Partition.schema = { type: 'integer', minimum: 0, maximum: PARTITIONS };
  return served;
}

test(`every operation responds as described (TESTS_SEED=${SEED})`, async () => {
  const described = await description();
  const file = path.join(folder, 'openapi.json');
  writeFileSync(file, JSON.stringify(described));
  const options = {
    url: proxy.url,
    seed: SEED,
    'max-examples': DRAWN,
    phases: 'examples,coverage,fuzzing',
    checks: 'all',
    'generation-database': 'none',
  };
  const args = Object.entries(options).map(([name, value]) => `--${name}=${value}`);
  const child = spawn(
    pythonExecutable(),
    ['-m', 'schemathesis.cli', 'run', file, ...args, '--continue-on-failure'],
    { cwd: folder, env: childEnvironment('local'), timeout: TEST_TIMEOUT_MS - 30_000 },
  );
  const [output, errors, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'exit') as Promise<[number | null]>,
  ]);
  const operations = Object.values(described.paths).flatMap((each) =>
    Object.keys(each).filter((name) => name !== 'parameters'),
  ).length;
  // What failed, with the request as a curl command; bodies can be large.
  const shown = [...output.split('\n'), ...errors.split('\n')].map((line) => line.slice(0, 2000)).join('\n');
  expect({ code, shown }).toEqual({
    code: 0,
    shown: expect.stringMatching(new RegExp(`Tested: ${operations}\\b[^]*\\d{3,} generated`)) as string,
  });
  expect(proxy.process.exitCode).toBeNull();
  expect(proxy.output()).not.toContain('internal error');
  // Not only refusals.
  expect((await harness.read(TOPIC)).length).toBeGreaterThan(20);
});
