/**
 * One run of the whole pipeline, from the installation to Ctrl-C.
 */
import { rmSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { answers, formatAnswers } from '../pipeline/answers';
import { formatBatch } from '../pipeline/batch';
import type { Deployment } from '../pipeline/deployment';
import { formatReconciliation } from '../cli/format-reconciliation';
import { FEED_NAMES } from '../../services/contract';
import { bootstrap, deploy, requireDeployed, synthesise, type DeploySettings } from './deploy';
import { freeBytes, requireSpace, RUN_BYTES } from './disk-space';
import { ensureParts, toolsOfARun } from './install';
import { ensureSinkPlugin } from './install/sink-plugin';
import { checkTools } from './install/tools';
import { chooseEndpoints, LocalParts } from './local-parts';
import type { StartOptions } from '../cli/start-options';
import type { Output } from './output';
import { pythonExecutable } from './paths';
import {
  deploySettings,
  deployment,
  fillDatabase,
  runBatch,
  runReconciliation,
  send,
  untilAppended,
  untilStored,
} from './pipeline-steps';
import { endLeftovers, removeRunFile } from './state/run-file';
import { openState, type State } from './state/state-folder';
import { StopRequest } from './stop-request';

/** Posts a second after every post was sent once. */
const GENTLE_RATE = 10;
/** Rows of an answer that are shown: all but those by country, of which there are some 240. */
const SHOWN_ROWS = 24;

/** What is being sent when the run is to stop has so long to be acknowledged and noted, in milliseconds. */
const LAST_BATCH_MS = 10_000;

/** With less than this left, in bytes, a failure is put down to the full disk. */
const FULL_BYTES = 50e6;

/** Programs fail in many words when the disk is full; this says it first. */
async function explain(cause: unknown, folder: string): Promise<Error> {
  const error = cause instanceof Error ? cause : new Error(String(cause));
  if (error instanceof StopRequest && error.exitCode !== 1) return error;
  const free = await freeBytes(folder);
  if (free > FULL_BYTES) return error;
  return new Error(
    `The disk is full: ${folder} has ${(free / 1e6).toFixed(0)} MB of free space. Make room and start again. ${error.message}`,
    { cause },
  );
}

/** What a run is given. */
export interface RunContext {
  readonly options: StartOptions;
  readonly output: Output;
  /** Aborts with a {@link StopRequest}. */
  readonly stop: AbortController;
}

/**
 * Runs the pipeline.
 *
 * @returns the exit code: with `--once` 0 when nothing is missing or double, else 1.
 * @throws the StopRequest when the run was asked to stop, or an Error when it failed. Everything is stopped by then.
 */
export async function run(context: RunContext): Promise<number> {
  const { options, output, stop } = context;
  await checkTools(toolsOfARun(), stop.signal);
  const onProgress = (line: string): void => {
    output.line(line);
  };
  await ensureParts(onProgress, stop);
  const { sinkPlugin } = options;
  const pluginPath = sinkPlugin && (await ensureSinkPlugin(sinkPlugin, onProgress, stop.signal));
  const state = openState(options.userId);
  try {
    await requireSpace(state.folder, RUN_BYTES, 'the data of a pipeline');
    await endLeftovers(state.folder, ({ name, pid }) => {
      output.line(`Ending ${name} (pid ${pid}), left behind by an earlier run.`);
    });
    const endpoints = await chooseEndpoints(state, options.ports);
    const onFailure = (error: Error): void => {
      stop.abort(new StopRequest(error.message, 1));
    };
    const parts = new LocalParts(state, endpoints, output, onFailure, options.restarts, pluginPath);
    try {
      return await new Run(context, state, parts).go();
    } catch (cause) {
      const error = await explain(cause, state.folder);
      stop.abort(error); // What is still under way ends as well.
      throw error;
    } finally {
      output.line('Stopping all parts …');
      await parts.stop();
      removeRunFile(state.folder);
      rmSync(path.join(state.folder, 'ministack', 'tmp'), { recursive: true, force: true });
      output.line('Everything has stopped.');
    }
  } finally {
    state.close();
  }
}

/** The steps of a run whose parts are under supervision. */
class Run {
  private readonly signal: AbortSignal;

  constructor(
    private readonly context: RunContext,
    private readonly state: State,
    private readonly parts: LocalParts,
  ) {
    this.signal = context.stop.signal;
  }

  async go(): Promise<number> {
    const { options, output } = this.context;
    const target = await this.startAndDeploy();
    const seeded = await this.step('Filling the database', () =>
      fillDatabase(this.parts, target, options.posts, options.seed, this.signal),
    );
    output.line(`Database: ${seeded.note}`);

    const sendAll = async (): Promise<void> => {
      const emulation = { mode: 'all', seed: options.seed, rate: options.rate ?? 0 } as const;
      const reports = await send(target, emulation, this.signal, (line) => {
        output.line(line);
      });
      for (const { destination, posts, seconds } of reports) {
        output.line(
          posts === 0
            ? `Every post was sent to the ${destination} already.`
            : `Sent ${posts} posts in ${seconds.toFixed(1)} s, each to ${FEED_NAMES.length} ${destination}.`,
        );
      }
    };
    await this.step('Sending', sendAll, LAST_BATCH_MS);
    await this.clean(target);
    const answered = await this.step('Answering', () =>
      answers(target, { python: pythonExecutable(), signal: this.signal }),
    );
    output.block(`\n${formatAnswers(answered, SHOWN_ROWS)}`);
    const reconciliation = await this.step('Reconciling', () => runReconciliation(target, this.signal));
    output.block(`${formatReconciliation(reconciliation)}\n`);
    if (options.once) return reconciliation.ok ? 0 : 1;

    this.showWhere(target);
    if (!options.random) await this.unlessStopped(new Promise<never>(() => undefined));
    for (;;) await this.cycle(target);
  }

  /** Starts everything at once, as far as one thing does not need another, and deploys. */
  private async startAndDeploy(): Promise<Deployment> {
    const { options, output } = this.context;
    const { parts, signal } = this;
    const settings = deploySettings(
      options.userId,
      this.state.folder,
      parts.endpoints,
      options.sinkPlugin?.config,
    );
    const timed = async <T>(what: string, work: () => Promise<T>): Promise<T> => {
      const began = performance.now();
      const result = await work();
      const seconds = ((performance.now() - began) / 1000).toFixed(1);
      if (result !== false) output.line(`${what} in ${seconds} s`);
      return result;
    };
    const cloud = async (): Promise<void> => {
      await Promise.all([
        parts.startMiniStack(),
        timed('Synthesised the CDK app', () => synthesise(settings, signal)),
      ]);
      await this.step('Bootstrapping', () =>
        timed('Bootstrapped the local AWS', async () => {
          const done = await bootstrap(settings, signal);
          if (done) await parts.miniStack().saveState();
          return done;
        }),
      );
    };
    await this.unlessStopped(Promise.all([cloud(), parts.startMariaDb(), parts.startKafkaAndClients()]));
    return this.step('Deploying', async () => {
      await timed('Deployed all stacks', () => this.deploy(settings));
      return deployment(options.userId, parts.endpoints);
    });
  }

  /** Deploys. What is checked is what was saved: should the local AWS have been killed in between, it has forgotten it. */
  private async deploy(settings: DeploySettings): Promise<void> {
    await deploy(settings, this.signal);
    await this.parts.miniStack().saveState();
    await requireDeployed(settings);
  }

  /** Sends random posts for a while, then cleans and reconciles. */
  private async cycle(target: Deployment): Promise<void> {
    const { options, output } = this.context;
    const rate = options.rate ?? GENTLE_RATE;
    const posts = Math.max(1, Math.round((rate === 0 ? 500 : rate) * options.reportEvery));
    const emulation = { mode: 'random', seed: options.seed, rate, posts } as const;
    await this.step('Sending', () => send(target, emulation, this.signal), LAST_BATCH_MS);
    await this.step('Waiting for the S3 sink', () => untilStored(target, this.signal));
    await this.step("Waiting for the streams' functions", () => untilAppended(target, this.signal));
    const report = await this.step('Cleaning', () => runBatch(target, this.signal));
    const result = await this.step('Reconciling', () => runReconciliation(target, this.signal));
    const counts = result.feeds.map(
      ({ feed, topic, table, missing, duplicate }) =>
        `${feed} ${topic} records, ${table} rows, missing ${missing}, duplicate ${duplicate}`,
    );
    output.line(`${posts} random posts, batch ${report.batch ?? '-'}: ${counts.join('; ')}`);
    const appended = result.streams.map(
      ({ feed, table, missing, duplicate }) =>
        `${feed} ${table} rows, missing ${missing}, duplicate ${duplicate}`,
    );
    output.line(`streams: ${appended.join('; ')}`);
    if (!result.ok) output.block(`${formatReconciliation(result)}\n`);
  }

  /** Waits for the sink and the streams' functions, then cleans what the sink stored. */
  private async clean(target: Deployment): Promise<void> {
    const { output } = this.context;
    const began = performance.now();
    await this.step('Waiting for the S3 sink', () => untilStored(target, this.signal));
    const seconds = (): string => ((performance.now() - began) / 1000).toFixed(1);
    output.line(`The S3 sink has stored everything after ${seconds()} s.`);
    await this.step("Waiting for the streams' functions", () => untilAppended(target, this.signal));
    output.line(`The streams' tables have everything after ${seconds()} s.`);
    const report = await this.step('Cleaning', () => runBatch(target, this.signal));
    output.line(formatBatch(report));
  }

  /**
   * Does a step; once more when a part died meanwhile and runs again, which happens only so often before the run ends.
   * Every step can be repeated: it goes on where it was, or changes nothing.
   *
   * @param graceMs how long the step is waited for when the run is to stop, before its parts are taken from it.
   */
  private async step<T>(name: string, work: () => Promise<T>, graceMs = 0): Promise<T> {
    const { supervisor } = this.parts;
    for (;;) {
      const deaths = supervisor.deathCount;
      try {
        return await this.unlessStopped(work(), graceMs);
      } catch (error) {
        this.signal.throwIfAborted();
        // The death may be noticed a moment after the error it caused.
        await new Promise((resolve) => setTimeout(resolve, 500));
        await this.unlessStopped(supervisor.settled());
        if (supervisor.deathCount === deaths) {
          throw new Error(`${name} failed: ${error instanceof Error ? error.message : String(error)}`, {
            cause: error,
          });
        }
        this.context.output.line(`${name} was interrupted by the death of a part and is tried again.`);
      }
    }
  }

  /** The result of `work`, or the stop request as soon as there is one and `work` has ended or had its grace. */
  private async unlessStopped<T>(work: Promise<T>, graceMs = 0): Promise<T> {
    const { signal } = this;
    const ended = work.then(
      () => undefined,
      () => undefined,
    );
    signal.throwIfAborted();
    let onAbort: (() => void) | undefined;
    const stopped = new Promise<never>((_, reject) => {
      onAbort = () => {
        reject(signal.reason as Error);
      };
      signal.addEventListener('abort', onAbort);
    });
    try {
      return await Promise.race([work, stopped]);
    } catch (error) {
      if (signal.aborted && graceMs > 0)
        await Promise.race([ended, sleep(graceMs, undefined, { ref: false })]);
      signal.throwIfAborted(); // Ending its programs made the step fail: the stop is the reason.
      throw error;
    } finally {
      if (onAbort !== undefined) signal.removeEventListener('abort', onAbort);
    }
  }

  private showWhere(target: Deployment): void {
    const { output, options } = this.context;
    const { endpoints, supervisor } = this.parts;
    const rows = [
      ['API', target.outputs.ApiUrl],
      ['local AWS', endpoints.aws.endpoint ?? ''],
      ['Kafka', endpoints.bootstrapServers],
      ['Kafka Connect', endpoints.connectUrl],
      ['REST proxy', endpoints.restProxyUrl],
      ['MariaDB', `${endpoints.databaseHost}:${endpoints.ports.mariadb}`],
      ['sink bucket', target.outputs.SinkBucketName],
      ...supervisor.parts.map((part) => [`log of ${part.name}`, part.logFile]),
    ];
    const width = Math.max(...rows.map(([name]) => (name ?? '').length));
    output.block(rows.map(([name, where]) => `  ${(name ?? '').padEnd(width)}  ${where ?? ''}`).join('\n'));
    output.block('');
    if (!options.random) {
      output.line('Nothing more is sent by itself. Press Ctrl-C to stop.');
      return;
    }
    const rate = options.rate === 0 ? 'as fast as they go' : `${options.rate ?? GENTLE_RATE} a second`;
    output.line(
      `Random posts go on (${rate}), with a report every ${options.reportEvery} s. Press Ctrl-C to stop.`,
    );
  }
}
