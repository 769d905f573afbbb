/** The environment of the emulator's function: the only place that reads it. */
import type { ReadEnvironment } from '../../services/contract/environment';
import { checkOptions, type EmulatorOptions, type EmulatorTargets } from '../../services/emulator';
import { optionsFor } from './event';

/** What the function's environment says. */
export interface EmulatorEnvironment {
  readonly targets: EmulatorTargets;
  readonly options: EmulatorOptions;
}

/**
 * Reads `API_URL`, `SOURCE_SECRET_ARN`, `SINK_BUCKET`, `USER_ID`, `SEED`, `POSTS_PER_RUN` and `RATE`, and `API_KEY_ID`
 * where the API asks for a key.
 *
 * @param event what the function was invoked with; see {@link optionsFor}.
 * @throws Error naming every variable that is missing or wrong, or what of the event is wrong.
 */
export function readEnvironment(env: ReadEnvironment<'emulator'>, event: unknown): EmulatorEnvironment {
  const problems: string[] = [];
  const text = (name: keyof ReadEnvironment<'emulator'>): string => {
    const value = env[name] ?? '';
    if (value === '') problems.push(`${name} is not set`);
    return value;
  };
  const number = (name: keyof ReadEnvironment<'emulator'>, expected: string): number => {
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
    ...(env.API_KEY_ID ? { apiKeyId: env.API_KEY_ID } : {}),
  };
  const userId = text('USER_ID');
  const seed = number('SEED', 'an integer from 0');
  const posts = number('POSTS_PER_RUN', 'an integer from 1');
  const rate = number('RATE', 'posts per second, 0 for no limit');
  if (problems.length > 0) {
    throw new Error(
      `The emulator's environment is wrong: ${problems.join('; ')}. The CDK app sets these variables.`,
    );
  }
  const options = optionsFor({ userId, seed, posts, rate }, event);
  checkOptions(options);
  return { targets, options };
}
