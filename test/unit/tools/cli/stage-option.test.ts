import { Command } from 'commander';
import { ONLY_AWS, type Capability } from '../../../../tools/pipeline/capabilities';
import {
  addStageOptions,
  openPipeline,
  stageOf,
  userIdOption,
  type StageFlags,
} from '../../../../tools/cli/stage-option';

/** Parses as the command line does, and returns the flags, or the error as commander writes it. */
function parseWith(
  absent: Capability['absent'],
  args: readonly string[],
): { flags?: StageFlags; error: string; help: string } {
  let [error, flags] = ['', undefined as StageFlags | undefined];
  const program = new Command().exitOverride().configureOutput({ writeErr: (text) => (error += text) });
  const command = program
    .command('work')
    .addOption(userIdOption())
    .option('--rate <n>', 'how fast', '3')
    .option('--no-wait', 'do not wait')
    .action((given: StageFlags) => {
      flags = given;
    });
  addStageOptions(command, {
    onAws: 'It works elsewhere.',
    unsupported: { local: { wait: ONLY_AWS }, aws: { rate: 'it is set there' } },
    absent,
  });
  let help = '';
  command.configureOutput({ writeOut: (text) => (help += text), writeErr: (text) => (error += text) });
  command.outputHelp();
  try {
    program.parse(['work', ...args], { from: 'user' });
  } catch {
    expect(error).not.toBe('');
  }
  return { flags, error, help };
}

const parse = (...args: string[]) => parseWith(undefined, args);

test('without a stage the pipeline is the local one', () => {
  expect(parse('--rate', '5').flags).toEqual({ userId: 'pinterest', stage: 'local', rate: '5', wait: true });
});

test('a stage on AWS is one of a user id, in a region', () => {
  const { flags } = parse('--stage', 'prod', '--user-id', 'me', '--region', 'eu-west-1', '--no-wait');
  expect(flags && stageOf(flags)).toEqual({ stage: 'prod', userId: 'me', aws: { region: 'eu-west-1' } });
});

test('another stage is refused with those there are', () => {
  const { flags, error } = parse('--stage', 'test');
  expect(flags).toBeUndefined();
  expect(error).toContain('Allowed choices are local, dev, prod');
});

test('options that do not go with the stage are refused by name, with the reason', () => {
  expect(parse('--stage', 'dev', '--rate', '5').error).toBe(
    "error: option '--rate' cannot be used with --stage dev: it is set there\n",
  );
  expect(parse('--stage', 'dev').error).toBe('');
  for (const args of [['--no-wait'], ['--region', 'eu-west-1', '--stage', 'local']]) {
    expect(parse(...args).error).toBe(
      `error: option '${args[0]}' cannot be used with --stage local: it is for the stages on AWS\n`,
    );
  }
});

test('a command that a stage does not have is refused with the reason', () => {
  const absent = { aws: 'nothing runs there' };
  expect(parseWith(absent, ['--stage', 'dev'])).toMatchObject({
    error: "error: command 'work' cannot be used with --stage dev: nothing runs there\n",
    flags: undefined,
  });
  expect(parseWith(absent, []).flags).toMatchObject({ stage: 'local' });
});

test('the help says what differs', () => {
  expect(parse('--stage', 'dev').help).toContain('Of --stage dev and prod:\n  It works elsewhere.');
});

/** The AWS variables that are there when the local run is asked. */
let mockSeen: string[] = [];

// Jest does not find the TypeScript behind the name that Node wants in an `import()`.
jest.mock(
  '../../../../tools/local-run/local-pipeline.js',
  () => ({
    LocalPipeline: class {
      constructor(readonly userId: string) {
        mockSeen = Object.keys(process.env).filter((name) => name.startsWith('AWS_'));
      }
    },
  }),
  { virtual: true },
);

const environment = process.env;

afterEach(() => {
  process.env = environment;
});

test("nothing of the person's AWS settings reaches the clients of a local AWS", async () => {
  // With the first the SDK refuses an endpoint that is not Amazon's, with the second it makes no client.
  process.env = {
    ...environment,
    AWS_USE_FIPS_ENDPOINT: 'true',
    AWS_MAX_ATTEMPTS: 'many',
    AWS_PROFILE: 'none',
  };
  expect(await openPipeline({ stage: 'local', userId: 'me' })).toMatchObject({ userId: 'me' });
  expect(mockSeen).toContain('AWS_EC2_METADATA_DISABLED');
  for (const name of ['AWS_USE_FIPS_ENDPOINT', 'AWS_MAX_ATTEMPTS', 'AWS_PROFILE'])
    expect(mockSeen).not.toContain(name);
});
