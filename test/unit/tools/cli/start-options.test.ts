import { parseStartOptions, PORT_FLAGS, UsageExit } from '../../../../tools/cli/start-options';

function parse(...args: string[]) {
  return parseStartOptions(args, () => undefined);
}

/** The exit code and the text of a command line that is refused. */
function refusal(...args: string[]): { exitCode: number; text: string } {
  let text = '';
  try {
    parseStartOptions(args, (more) => (text += more));
  } catch (error) {
    if (error instanceof UsageExit) return { exitCode: error.exitCode, text };
    throw error;
  }
  throw new Error(`${args.join(' ')} was accepted`);
}

describe('the options of npm start', () => {
  test('have defaults', () => {
    expect(parse()).toEqual({
      once: false,
      posts: 11_000,
      seed: 100,
      userId: 'pinterest',
      rate: undefined,
      random: true,
      reportEvery: 60,
      restarts: 3,
      web: true,
      open: false,
      ports: {},
    });
  });

  test('are all read', () => {
    const flags =
      '--once --posts 500 --seed 7 --user-id 0a1 --rate 2.5 --no-random --report-every 5 --restarts 7 --open --kafka-port 19092';
    expect(parse(...flags.split(' '))).toEqual({
      once: true,
      posts: 500,
      seed: 7,
      userId: '0a1',
      rate: 2.5,
      random: false,
      reportEvery: 5,
      restarts: 7,
      web: true,
      open: true,
      ports: { kafka: 19_092 },
    });
  });

  test.each(Object.entries(PORT_FLAGS))('fix the port of %s by %s', (name, flag) => {
    expect(parse(flag, '20001').ports).toEqual({ [name]: 20_001 });
  });

  test.each([
    [['--posts', '0'], /--posts.*'0'.*1 to 100000000/s],
    [['--posts', '1e3'], /whole number/],
    [['--posts', '-5'], /posts/],
    [['--posts'], /argument missing/],
    [['--seed', '1.5'], /whole number/],
    [['--rate', '-1'], /rate/],
    [['--rate', 'fast'], /posts a second/],
    [['--user-id', 'a b'], /"a b" cannot be used/],
    [['--user-id', '../x'], /cannot be used/],
    [['--kafka-port', '0'], /1 to 65535/],
    [['--kafka-port', '65536'], /1 to 65535/],
    [['--report-every', '0'], /1 to 86400/],
    [['--sink-plugin', 'a.zip'], /--sink-plugin and --sink-plugin-config go together/],
    [['--sink-plugin-config', 'a.json'], /--sink-plugin and --sink-plugin-config go together/],
    [['--sink-plugin', '/no/such.zip', '--sink-plugin-config', 'a'], /There is no file \/no\/such\.zip/],
    [['--frobnicate'], /unknown option '--frobnicate'/],
    [['now'], /too many arguments/],
  ])('refuse %j with exit code 2', (args, message) => {
    const { exitCode, text } = refusal(...args);
    expect(exitCode).toBe(2);
    expect(text).toMatch(message);
    expect(text).toContain('--help');
  });

  test('leave the live page away', () => {
    expect(parse('--no-web').web).toBe(false);
    const { exitCode, text } = refusal('--open', '--no-web');
    expect(exitCode).toBe(2);
    expect(text).toContain('--open and --no-web exclude each other');
  });

  test('refuse one port for two parts', () => {
    const { exitCode, text } = refusal('--kafka-port', '20001', '--aws-port', '20001');
    expect(exitCode).toBe(2);
    expect(text).toContain('--aws-port and --kafka-port are both 20001');
  });

  test('show help with exit code 0, naming every option', () => {
    const { exitCode, text } = refusal('--help');
    expect(exitCode).toBe(0);
    for (const flag of [
      '--sink-plugin-config',
      '--once',
      '--posts',
      '--seed',
      '--user-id',
      '--rate',
      '--no-random',
      '--open',
      '--no-web',
      ...Object.values(PORT_FLAGS),
    ]) {
      expect(text).toContain(flag);
    }
  });
});
