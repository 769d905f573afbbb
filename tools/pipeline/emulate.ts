/** Sends posts from the source database of a deployment to its API: to the topics, to the streams, or to both. */
import {
  type EmulateControl,
  type EmulatorDestination,
  type EmulatorOptions,
  type EmulatorReport,
  type EmulatorTargets,
  emulate,
  openPorts,
  runName,
} from '../../services/emulator';
import type { Deployment } from './deployment';
import type { Control } from './pipeline';

/** How many posts a random emulation sends when it is not told. */
export const DEFAULT_RANDOM_POSTS = 100;

/** What is sent, and to where. The defaults of what is not given are the emulator's. */
export interface EmulateOptions extends Pick<
  EmulatorOptions,
  'mode' | 'posts' | 'seed' | 'run' | 'rate' | 'pause'
> {
  /** The Kafka topics, the Kinesis streams, or both at once. */
  readonly to: EmulatorDestination | 'both';
  /** Sends to the streams record by record, as the original did. Default: false. */
  readonly recordRoute?: boolean;
}

/** The reports of two emulations that ran side by side. */
export type EmulatorReports = Readonly<Record<EmulatorDestination, EmulatorReport>>;

/** Runs an emulation until it is done or the signal comes. */
export type Emulate = (
  options: EmulatorOptions,
  signal: AbortSignal,
  onProgress?: (line: string) => void,
) => Promise<EmulatorReport>;

/** What the emulator of a deployment reads and sends to. */
export function emulatorTargets({ outputs }: Deployment): EmulatorTargets {
  return {
    apiUrl: outputs.ApiUrl,
    sourceSecretArn: outputs.SourceSecretArn,
    sinkBucket: outputs.SinkBucketName,
  };
}

/**
 * Runs the emulator until it is done or the signal comes; the ledger is written either way.
 *
 * @param control the pace, which may change meanwhile, and what follows each batch.
 */
export async function emulateDeployment(
  deployment: Deployment,
  options: EmulatorOptions,
  signal: AbortSignal,
  onProgress?: (line: string) => void,
  control: Pick<EmulateControl, 'pace' | 'onProgress'> = {},
): Promise<EmulatorReport> {
  const ports = await openPorts(emulatorTargets(deployment), deployment.aws);
  const posts = options.posts ?? (options.mode === 'all' ? undefined : DEFAULT_RANDOM_POSTS);
  let shown = 0;
  try {
    return await emulate({ ...options, posts, userId: deployment.userId }, ports, {
      ...control,
      signal,
      onProgress: (progress) => {
        control.onProgress?.(progress);
        const { posts: sent, total, seconds } = progress;
        if (seconds - shown < 2 && sent < total) return;
        shown = seconds;
        onProgress?.(
          `sent ${sent.toLocaleString('en-US')} of ${total.toLocaleString('en-US')} posts in ${seconds.toFixed(1)} s`,
        );
      },
    });
  } finally {
    await ports.close();
  }
}

/**
 * Runs two emulations at once, one to the topics and one to the streams, of the same posts in the same order. A name
 * for the run is the topics' run's; the streams' run has `-streams` added. `streamRoute` is for the streams alone.
 *
 * @throws Error when one of them cannot begin; the other is then stopped after its running batch, with its ledger.
 */
export async function emulateBoth(
  emulateOne: Emulate,
  options: EmulatorOptions,
  signal: AbortSignal,
  onProgress?: (line: string) => void,
): Promise<EmulatorReports> {
  const broken = new AbortController();
  const either = AbortSignal.any([signal, broken.signal]);
  const run = async (destination: EmulatorDestination): Promise<EmulatorReport> => {
    const { streamRoute, run: name } = options;
    const own: EmulatorOptions = {
      ...options,
      destination,
      streamRoute: destination === 'streams' ? streamRoute : undefined,
      run: name === undefined ? undefined : runName(name, destination),
    };
    try {
      return await emulateOne(own, either, (line) => onProgress?.(`${destination}: ${line}`));
    } catch (error) {
      broken.abort(error);
      throw error;
    }
  };
  const [topics, streams] = await Promise.allSettled([run('topics'), run('streams')]);
  if (topics.status === 'rejected') throw topics.reason;
  if (streams.status === 'rejected') throw streams.reason;
  return { topics: topics.value, streams: streams.value };
}

/** One emulation's report, or with `to: 'both'` an object of both. */
export function runEmulation(
  emulateOne: Emulate,
  options: EmulateOptions,
  { signal, tell }: Control,
): Promise<EmulatorReport | EmulatorReports> {
  const { to } = options;
  const shared = emulatorOptions(options);
  return to === 'both'
    ? emulateBoth(emulateOne, shared, signal, tell)
    : emulateOne({ ...shared, destination: to }, signal, tell);
}

/** The emulator's options, but for the destination. */
export function emulatorOptions(options: EmulateOptions): EmulatorOptions {
  const { recordRoute, mode, posts, seed, run, rate, pause } = options;
  return { mode, posts, seed, run, rate, pause, streamRoute: recordRoute === true ? 'record' : undefined };
}

/** The reports of one emulation, or of two. */
export function reportsOf(result: EmulatorReport | EmulatorReports): readonly EmulatorReport[] {
  return 'run' in result ? [result] : [result.topics, result.streams];
}
