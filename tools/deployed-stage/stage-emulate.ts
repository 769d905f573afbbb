/** `emulate --stage`: the posts of a stage on AWS are sent by its own function, as only it reaches the source database. */
import type { EmulatorOptions, EmulatorReport, FeedReport } from '../../services/emulator';
import { FEED_NAMES, type FeedName } from '../../services/contract';
import type { EmulatorEvent } from '../../lambda/emulator/event';
import { DEFAULT_RANDOM_POSTS, type Emulate } from '../pipeline/emulate';
import { invokeFunction } from './invoke-function';
import type { StageAws } from '../pipeline/deployment';
import { stackOutput } from './stage-aws';

/** The most posts of one invocation: at 20 a second 50 s, of the 5 minutes that the function has. */
export const POSTS_PER_INVOCATION = 1000;

/**
 * An emulation by the stage's function. It is invoked as often as the number of posts needs; the run continues where its
 * ledger ends. The function's rate is the stage's, and it never pauses: `rate`, `pause` and `streamRoute` are not used.
 */
export function emulateOnStage(stage: StageAws): Emulate {
  return async (options, signal, onProgress) => {
    const name = await stackOutput(stage, 'EmulatorFunctionName');
    const invoke: Invoke = (event) => invokeFunction(stage.aws, name, event, signal);
    return emulateInParts(invoke, options, onProgress);
  };
}

/** Invokes the emulator's function once. */
export type Invoke = (event: EmulatorEvent) => Promise<EmulatorReport>;

/** Invokes the function until all posts that are asked for are sent, the source has no more, or something is wrong. */
export async function emulateInParts(
  invoke: Invoke,
  options: EmulatorOptions,
  onProgress?: (line: string) => void,
): Promise<EmulatorReport> {
  const { destination, mode = 'random', seed, run } = options;
  const total = options.posts ?? (mode === 'all' ? Infinity : DEFAULT_RANDOM_POSTS);
  let sum: EmulatorReport | undefined;
  for (;;) {
    const posts = Math.min(POSTS_PER_INVOCATION, total - (sum?.posts ?? 0));
    const part = await invoke({ destination, mode, seed, run, posts });
    sum = sum === undefined ? part : added(sum, part);
    if (total > POSTS_PER_INVOCATION) {
      const of = total === Infinity ? '' : ` of ${total.toLocaleString('en-US')}`;
      onProgress?.(`sent ${sum.posts.toLocaleString('en-US')}${of} posts in ${sum.seconds.toFixed(1)} s`);
    }
    if (!part.ok || sum.posts >= total) return sum;
    // Done with fewer than asked for: every post of the source has been sent.
    if (part.ended === 'done' && part.posts < posts) return sum;
    if (part.posts === 0) {
      const problem = 'The function came to its time limit before it sent a post; its log may say why.';
      return { ...sum, ok: false, problems: [...sum.problems, problem] };
    }
  }
}

/** The report of both, of which `next` continued where `before` ended. */
function added(before: EmulatorReport, next: EmulatorReport): EmulatorReport {
  const posts = before.posts + next.posts;
  const seconds = before.seconds + next.seconds;
  const feed = (name: FeedName): FeedReport => {
    const [a, b] = [before.feeds[name], next.feeds[name]];
    return {
      sent: a.sent + b.sent,
      acknowledged: a.acknowledged + b.acknowledged,
      failed: a.failed + b.failed,
      retried: a.retried + b.retried,
    };
  };
  return {
    ...next,
    from: before.from,
    posts,
    feeds: Object.fromEntries(FEED_NAMES.map((name) => [name, feed(name)])) as EmulatorReport['feeds'],
    incomplete: before.incomplete + next.incomplete,
    seconds,
    rate: seconds > 0 ? Math.round((posts / seconds) * 10) / 10 : 0,
    ok: before.ok && next.ok,
    warnings: [...new Set([...before.warnings, ...next.warnings])],
    problems: [...before.problems, ...next.problems],
  };
}
