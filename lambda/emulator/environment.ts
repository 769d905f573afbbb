/** The environment of the emulator's function: the only place that reads it. */
import {
  checkOptions,
  runName,
  type EmulatorDestination,
  type EmulatorOptions,
  type EmulatorTargets,
} from '../../emulator';

/** What the function is told by its environment. */
export interface EmulatorEnvironment {
  readonly targets: EmulatorTargets;
  readonly options: EmulatorOptions;
}

/**
 * The environment with the destination that an event asks for: `{"destination":"streams"}`, as a schedule sends it. Any
 * other event leaves the environment as it is.
 */
export function withDestination(
  env: Readonly<Record<string, string | undefined>>,
  event: unknown,
): Readonly<Record<string, string | undefined>> {
  const asked: unknown =
    typeof event === 'object' && event !== null
      ? (event as { destination?: unknown }).destination
      : undefined;
  return asked === undefined
    ? env
    : { ...env, DESTINATION: typeof asked === 'string' ? asked : JSON.stringify(asked) };
}

/**
 * Reads `API_URL`, `SOURCE_SECRET_ARN`, `SINK_BUCKET`, `USER_ID`, `SEED`, `POSTS_PER_RUN` and `RATE`, and `DESTINATION`,
 * which may be left out: `topics` (default) or `streams`.
 *
 * @throws Error naming every variable that is missing or wrong.
 */
export function readEnvironment(env: Readonly<Record<string, string | undefined>>): EmulatorEnvironment {
  const problems: string[] = [];
  const text = (name: string): string => {
    const value = env[name] ?? '';
    if (value === '') problems.push(`${name} is not set`);
    return value;
  };
  const number = (name: string, expected: string): number => {
    const value = text(name);
    if (value !== '' && !/^\d+(\.\d+)?$/.test(value)) {
      problems.push(`${name} is ${JSON.stringify(value)}, expected ${expected}`);
    }
    return Number(value);
  };
  const targets = {
    apiUrl: text('API_URL'),
    sourceSecretArn: text('SOURCE_SECRET_ARN'),
    sinkBucket: text('SINK_BUCKET'),
  };
  const userId = text('USER_ID');
  const seed = number('SEED', 'an integer from 0');
  const posts = number('POSTS_PER_RUN', 'an integer from 1');
  const rate = number('RATE', 'posts per second, 0 for no limit');
  const named = env.DESTINATION ?? '';
  const destination: EmulatorDestination = named === 'streams' ? 'streams' : 'topics';
  if (!['', 'topics', 'streams'].includes(named)) {
    problems.push(`DESTINATION is ${JSON.stringify(named)}, expected topics or streams`);
  }
  if (problems.length > 0) {
    throw new Error(
      `The emulator's environment is wrong: ${problems.join('; ')}. The CDK app sets these variables.`,
    );
  }
  // The schedule has a run of its own, beside those of the command line.
  const run = runName(`scheduled-${seed}`, destination);
  const options: EmulatorOptions = { userId, destination, mode: 'random', seed, run, posts, rate };
  checkOptions(options);
  return { targets, options };
}
