/** What a run does once this machine is prepared: it sends every post once, then random posts until it is to stop. */
import { FEED_NAMES, REPORT_KEY } from '../../services/contract';
import type { EmulatorDestination, EmulatorReport, Pace } from '../../services/emulator';
import type { WrittenReport } from '../../services/report/write-report';
import type { Answers } from '../pipeline/answers';
import type { BatchReport } from '../pipeline/batch';
import type { Deployment } from '../pipeline/deployment';
import { emulateDeployment, reportsOf, runEmulation, type EmulateOptions } from '../pipeline/emulate';
import type { Control } from '../pipeline/pipeline';
import type { Reconciliation } from '../pipeline/reconcile';
import { makeReport } from '../pipeline/report';
import { fillDatabase, startAndDeploy } from './bring-up';
import { LocalPipeline } from './local-pipeline';
import type { LocalParts } from './local-parts';
import type { Output } from './output';
import { pythonExecutable } from './paths';
import type { RunOptions } from './run-options';
import type { RunPage } from './run-page';
import { readEmulatorFile, writeEmulatorFile } from './state/emulator-file';
import { Steps } from './steps';
import { untilAppended, untilStored } from './until';

/** Posts a second after every post was sent once. */
const GENTLE_RATE = 10;
/** Rows of an answer that are shown: all but those by country, of which there are some 240. */
const SHOWN_ROWS = 24;
/** What is being sent when the run is to stop has so long to be acknowledged and noted, in milliseconds. */
const LAST_BATCH_MS = 10_000;
const BATCH_MEMORY = '1GB';

/** What a run is given. */
export interface RunContext {
  readonly options: RunOptions;
  readonly output: Output;
  /** The results for a person. */
  readonly format: {
    readonly batch: (report: BatchReport) => string;
    readonly answers: (answers: Answers, mostRows: number) => string;
    readonly reconciliation: (found: Reconciliation) => string;
  };
  /** Aborts with a `StopRequest`. */
  readonly stop: AbortController;
}

/**
 * Runs the pipeline on these parts.
 *
 * @param stateDir the folder of the pipeline's state.
 * @param page shows the deployment from when it is there.
 * @returns the exit code, with `--once`; without, it ends by the stop request alone.
 */
export async function runPipeline(
  context: RunContext,
  stateDir: string,
  parts: LocalParts,
  page?: RunPage,
): Promise<number> {
  const { options, output, stop } = context;
  const steps = new Steps(stop.signal, parts.supervisor, output);
  const target = await startAndDeploy({ options, stateDir, parts, steps, output });
  page?.show(target);
  const seeded = await steps.step('Filling the database', () =>
    fillDatabase(parts, target, options.posts, options.seed, stop.signal, (done, of) => {
      output.now({ title: 'Filling the database', done, of, detail: `${count(done)} of ${count(of)} posts` });
    }),
  );
  output.line(`Database: ${seeded.note}`);
  if (page !== undefined) output.line(`Live page: ${page.url}`);
  return new PipelineRun(context, target, stateDir, parts, steps, page).go();
}

const count = (value: number): string => value.toLocaleString('en-US');

/** The steps of a pipeline that is up. */
class PipelineRun {
  private readonly pipeline: LocalPipeline;
  private readonly signal: AbortSignal;

  constructor(
    private readonly context: RunContext,
    private readonly target: Deployment,
    private readonly stateDir: string,
    private readonly parts: LocalParts,
    private readonly steps: Steps,
    private readonly page?: RunPage,
  ) {
    this.pipeline = new LocalPipeline(target.userId, () => Promise.resolve(target));
    this.signal = steps.signal;
  }

  async go(): Promise<number> {
    const { options, output, format } = this.context;
    await this.sendAll();
    output.line(format.batch(await this.clean()));
    output.block(`\n${format.answers(await this.answer(), SHOWN_ROWS)}`);
    const reconciliation = await this.reconcile();
    output.block(`${format.reconciliation(reconciliation)}\n`);
    await this.report(reconciliation);
    output.line(`Report: ${REPORT_KEY} in the sink bucket; npm run pipeline -- report saves and opens it.`);
    if (options.once) return reconciliation.ok ? 0 : 1;

    this.slowDown();
    this.showWhere();
    if (!options.random) await this.steps.unlessStopped(new Promise<never>(() => undefined));
    for (;;) await this.cycle();
  }

  private quietly(): Control {
    return { signal: this.signal, tell: () => undefined };
  }

  /** Sends every post once. */
  private async sendAll(): Promise<void> {
    const { options, output } = this.context;
    const rate = options.rate ?? 0;
    writeEmulatorFile(this.stateDir, { paused: false, rate });
    const emulation = { mode: 'all', seed: options.seed, rate } as const;
    await this.steps.step(
      'Sending',
      async () => {
        const reports = await this.send(
          emulation,
          () => this.pace(),
          (line) => {
            if (!output.isLive) output.line(line);
          },
        );
        for (const { destination, posts, seconds } of reports) {
          output.line(
            posts === 0
              ? `Every post was sent to the ${destination} already.`
              : `Sent ${posts} posts in ${seconds.toFixed(1)} s, each to ${FEED_NAMES.length} ${destination}.`,
          );
        }
      },
      LAST_BATCH_MS,
    );
  }

  /** How posts flow now. */
  private pace(): Pace {
    return readEmulatorFile(this.stateDir) ?? { paused: false, rate: this.context.options.rate ?? 0 };
  }

  /** Random posts flow more gently than the first ones, unless the rate was set. */
  private slowDown(): void {
    const { rate } = this.context.options;
    const pace = this.pace();
    if (rate === undefined && pace.rate === 0)
      writeEmulatorFile(this.stateDir, { ...pace, rate: GENTLE_RATE });
  }

  /** Sends random posts for a while, at the pace that is set meanwhile, then cleans and reconciles. */
  private async cycle(): Promise<void> {
    const { options, output, format } = this.context;
    const { rate } = this.pace();
    const most = Math.max(1, Math.round((rate === 0 ? 500 : rate) * options.reportEvery));
    const emulation = { mode: 'random', seed: options.seed, posts: most } as const;
    const end = performance.now() + options.reportEvery * 1000;
    const pace = (): Pace | undefined => (performance.now() < end ? this.pace() : undefined);
    const sent = await this.steps.step('Sending', () => this.send(emulation, pace), LAST_BATCH_MS);
    const posts = Math.max(...sent.map((one) => one.posts));
    const report = await this.clean(true);
    await this.answer();
    const result = await this.reconcile();
    await this.report(result);
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
    if (!result.ok) output.block(`${format.reconciliation(result)}\n`);
  }

  /**
   * Sends posts to topics and streams at the same time.
   *
   * @param pace undefined ends it.
   * @throws Error, after both have ended, when a record was not acknowledged in the end.
   */
  private async send(
    options: Omit<EmulateOptions, 'to'>,
    pace: () => Pace | undefined,
    tell: (line: string) => void = () => undefined,
  ): Promise<readonly EmulatorReport[]> {
    const sent = { topics: 0, streams: 0 };
    let total = 0;
    const watched = (): Pace | undefined => {
      const next = pace();
      this.showSending(sent, total, next?.paused === true);
      return next;
    };
    const result = await runEmulation(
      (one, signal, onProgress) =>
        emulateDeployment(this.target, one, signal, onProgress, {
          pace: watched,
          onProgress: (progress) => {
            sent[one.destination ?? 'topics'] = progress.posts;
            total = progress.total;
            this.showSending(sent, total, false);
          },
        }),
      { ...options, to: 'both' },
      { signal: this.signal, tell },
    );
    const reports = reportsOf(result);
    this.signal.throwIfAborted();
    for (const { ok, destination, problems } of reports) {
      if (!ok) throw new Error(`Not every post got through to the ${destination}: ${problems.join(' ')}`);
    }
    return reports;
  }

  private showSending(
    { topics, streams }: Record<EmulatorDestination, number>,
    of: number,
    paused: boolean,
  ): void {
    if (this.signal.aborted) return;
    const posts = `topics ${count(topics)}, streams ${count(streams)} of ${count(of)} posts`;
    const detail = paused ? `paused, ${posts}` : posts;
    this.context.output.now({ title: 'Sending', done: topics + streams, of: 2 * of, detail });
  }

  /** Waits for the sink and the streams' functions, then cleans what the sink stored. */
  private async clean(quiet = false): Promise<BatchReport> {
    const began = performance.now();
    const tell = (what: string): void => {
      const seconds = ((performance.now() - began) / 1000).toFixed(1);
      if (!quiet) this.context.output.line(`${what} after ${seconds} s.`);
    };
    await this.steps.step('Waiting for the S3 sink', () => untilStored(this.target, this.signal));
    tell('The S3 sink has stored everything');
    await this.steps.step("Waiting for the streams' functions", () =>
      untilAppended(this.target, this.signal),
    );
    tell("The streams' tables have everything");
    return this.steps.step('Cleaning', () =>
      this.pipeline.batch({ memoryLimit: BATCH_MEMORY }, this.quietly()),
    );
  }

  /** Answers the eight questions, which also keeps the answers for the report. */
  private answer(): Promise<Answers> {
    return this.steps.step('Answering', () => this.pipeline.answers({}, this.quietly()));
  }

  /** Counts every record from the emulator to the tables. */
  private reconcile(): Promise<Reconciliation> {
    return this.steps.step('Reconciling', () => this.pipeline.reconcile({}, this.quietly()));
  }

  /** Makes the report of the batch, next to the tables. */
  private report(reconciliation: Reconciliation): Promise<WrittenReport> {
    return this.steps.step('Making the report', () =>
      makeReport(this.target, reconciliation, { python: pythonExecutable(), signal: this.signal }),
    );
  }

  private showWhere(): void {
    const { output, options } = this.context;
    const { endpoints, supervisor } = this.parts;
    const rows: (readonly [string, string])[] = [
      ...(this.page === undefined ? [] : [['live page', this.page.url] as const]),
      ['API', this.target.outputs.ApiUrl],
      ['local AWS', endpoints.aws.endpoint ?? ''],
      ['Kafka', endpoints.bootstrapServers],
      ['Kafka Connect', endpoints.connectUrl],
      ['REST proxy', endpoints.restProxyUrl],
      ['MariaDB', `${endpoints.databaseHost}:${endpoints.ports.mariadb}`],
      ['sink bucket', this.target.outputs.SinkBucketName],
      ...supervisor.parts.map((part) => [`log of ${part.name}`, part.logFile] as const),
    ];
    const width = Math.max(...rows.map(([name]) => name.length));
    output.block(rows.map(([name, where]) => `  ${name.padEnd(width)}  ${where}`).join('\n'));
    output.block('');
    if (!options.random) {
      output.line('Nothing more is sent by itself. Press Ctrl-C to stop.');
      return;
    }
    const { rate } = this.pace();
    const speed = rate === 0 ? 'as fast as they go' : `${rate} a second`;
    output.line(
      `Random posts continue (${speed}), with a report every ${options.reportEvery} s. Press Ctrl-C to stop.`,
    );
  }
}
