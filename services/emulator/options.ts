/** Options of an emulation, with defaults and limits, shared by the command line and the Lambda. */
import { DEFAULT_USER_ID, checkUserId } from '../contract';
import { checkSeed } from '../source/random';
import type { StreamRoute } from './stream-destination';

/** `all`: every post of the source once, ascending. `random`: random posts, endlessly. */
export type EmulatorMode = 'all' | 'random';

/** Destination: Kafka topics or Kinesis streams, behind the same API. */
export type EmulatorDestination = 'topics' | 'streams';

/** The emulator's options. All have defaults. */
export interface EmulatorOptions {
  /** The prefix of the topics and streams. Default `pinterest`. */
  readonly userId?: string;
  /** Default `topics`. */
  readonly destination?: EmulatorDestination;
  /**
   * The API's route to the streams: `records` takes up to 500 records a request; `record` (the original's) one, and
   * posts are then sent one by one. Default `records`; `record` only with the destination `streams`.
   */
  readonly streamRoute?: StreamRoute;
  /** Default `random`. */
  readonly mode?: EmulatorMode;
  /** The seed of the draw, an integer from 0. Default 100. */
  readonly seed?: number;
  /**
   * The name of the run; a run of the same name is continued. Letters, digits, `.`, `_`, `-`. Default `<mode>-<seed>`,
   * for streams `<mode>-<seed>-streams`: a run has one destination.
   */
  readonly run?: string;
  /** The most posts to send, at least 1. Default: in mode `all` all that remain, in mode `random` no end. */
  readonly posts?: number;
  /** Posts a second; 0 is unlimited. Default 500. Ignored with a pause. */
  readonly rate?: number;
  /**
   * Maximum pause in seconds, 0 to 60. Above 0, posts are sent one by one with a random pause after each; the
   * original's maximum was 2. Default 0.
   */
  readonly pause?: number;
  /** The most posts in one batch, 1 to 10,000. Default 500. A request to a stream takes 500. */
  readonly batchPosts?: number;
  /** Maximum bytes of a request's body, unless one record alone is larger. 1,000 to 5,000,000; default 500,000. */
  readonly batchBytes?: number;
  /** Attempts per request, 1 to 100. Default 10: some 45 s of back-off in all. */
  readonly attempts?: number;
}

/** The options with defaults applied. `posts` may be Infinity. */
export type CheckedOptions = Required<EmulatorOptions>;

/** The name of a destination's run: `-streams` is appended for the streams. */
export function runName(name: string, destination: EmulatorDestination): string {
  return destination === 'streams' ? `${name}-streams` : name;
}

function bad(name: string, value: unknown, expected: string): RangeError {
  return new RangeError(
    `The emulator's ${name} ${JSON.stringify(value)} cannot be used: expected ${expected}.`,
  );
}

/** Validates the name of a run. @returns the same text. @throws RangeError for an invalid name. */
export function checkRunName(run: string): string {
  if (!/^[A-Za-z0-9][A-Za-z0-9._-]{0,79}$/.test(run)) {
    throw bad('run', run, '1 to 80 letters, digits, ".", "_" or "-", starting with a letter or digit');
  }
  return run;
}

/**
 * Validates the options and applies the defaults.
 *
 * @throws RangeError (or Error for the user id) naming the option, the value and what was expected.
 */
export function checkOptions(options: EmulatorOptions): CheckedOptions {
  const {
    userId = DEFAULT_USER_ID,
    destination = 'topics',
    streamRoute = 'records',
    mode = 'random',
    seed = 100,
    run = runName(`${mode}-${seed}`, destination),
    posts = Infinity,
    rate = 500,
    pause = 0,
    batchPosts = 500,
    batchBytes = 500_000,
    attempts = 10,
  } = options;
  checkUserId(userId);
  checkSeed(seed);
  if (!['all', 'random'].includes(mode)) throw bad('mode', mode, '"all" or "random"');
  if (!['topics', 'streams'].includes(destination)) {
    throw bad('destination', destination, '"topics" or "streams"');
  }
  if (!['records', 'record'].includes(streamRoute)) {
    throw bad('streamRoute', streamRoute, '"records" or "record"');
  }
  if (streamRoute === 'record' && destination !== 'streams') {
    throw bad('streamRoute', streamRoute, 'the destination "streams" with it, as topics have no such route');
  }
  checkRunName(run);
  if (posts !== Infinity && !(Number.isSafeInteger(posts) && posts >= 1)) {
    throw bad('number of posts', posts, 'an integer of at least 1');
  }
  if (!(Number.isFinite(rate) && rate >= 0))
    throw bad('rate', rate, 'posts per second, 0 (no limit) or more');
  if (!(pause >= 0 && pause <= 60)) throw bad('pause', pause, 'seconds from 0 to 60, for example 2');
  const integers: readonly (readonly [string, number, number, number])[] = [
    ['batchPosts', batchPosts, 1, 10_000],
    ['batchBytes', batchBytes, 1000, 5_000_000],
    ['attempts', attempts, 1, 100],
  ];
  for (const [name, value, least, most] of integers) {
    if (!Number.isInteger(value) || value < least || value > most) {
      throw bad(name, value, `an integer from ${least} to ${most}`);
    }
  }
  const route = { destination, streamRoute };
  return { userId, ...route, mode, seed, run, posts, rate, pause, batchPosts, batchBytes, attempts };
}
