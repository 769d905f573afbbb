/** Samples the flow of a deployment whose Kafka, bucket and database can be reached from here. */
import { setTimeout as sleep } from 'node:timers/promises';
import { FEED_NAMES, topicName } from '../../services/contract';
import { readSourceSecret } from '../../services/emulator/ports';
import { countSourceRows } from '../../services/source/row-counts';
import type { Deployment } from './deployment';
import { EngineWatch } from './engine-watch';
import type { FlowSample } from './flow';
import { FlowStations, type FlowReadings } from './flow-stations';
import { openKafkaReader, type OpenKafkaReader } from './kafka-reader';
import { PolledSource } from './polled-source';
import type { TableEngineOptions } from './table-engine';

/** What a sample waits for each source; a slower one's figure is in the next sample. */
const PATIENCE_MS = 500;
/** The rows of the source tables are counted so often. */
const COUNT_ROWS_MS = 60_000;
/** With every source away for so long, the deployment is looked for again: it may have been started at other ports. */
const FORGET_MS = 15_000;

/** How the flow is sampled. */
export interface SampleFlowOptions extends Pick<TableEngineOptions, 'python'> {
  /** Seconds from sample to sample. Default: 1. */
  readonly every?: number;
  readonly signal: AbortSignal;
}

/**
 * Samples until the signal aborts.
 *
 * @param find the deployment; while it rejects, samples have nulls only.
 */
export async function sampleFlow(
  find: () => Promise<Deployment>,
  { every = 1, python, signal }: SampleFlowOptions,
  onSample: (sample: FlowSample) => void,
): Promise<void> {
  const stations = new FlowStations();
  const deployment = new PolledSource(0, find);
  let open: { readonly sources: FlowSources; heard: number } | undefined;
  try {
    for (let due = Date.now(); ; due = Math.max(Date.now(), due + every * 1000)) {
      await sleep(Math.max(0, due - Date.now()), undefined, { signal });
      if (open === undefined) {
        const found = await deployment.latest(PATIENCE_MS);
        if (found !== null) open = { sources: new FlowSources(found, python), heard: Date.now() };
      }
      const readings = await open?.sources.read();
      onSample(stations.sample(new Date(), readings ?? { source: null, kafka: null, engine: null }));
      if (open === undefined || readings === undefined) continue;
      if (readings.kafka !== null || readings.engine !== null) open.heard = Date.now();
      else if (Date.now() - open.heard > FORGET_MS) {
        open.sources.close();
        open = undefined;
      }
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  } finally {
    open?.sources.close();
  }
}

/** The sources of one deployment. */
class FlowSources {
  private reader: OpenKafkaReader | undefined;
  private isClosed = false;
  private readonly watch: EngineWatch;
  private readonly source: PolledSource<number>;
  private readonly kafka: PolledSource<NonNullable<FlowReadings['kafka']>>;
  private readonly engine: PolledSource<NonNullable<FlowReadings['engine']>>;

  constructor(
    private readonly deployment: Deployment,
    python: string,
  ) {
    this.watch = new EngineWatch(deployment, { python });
    this.source = new PolledSource(COUNT_ROWS_MS, async () =>
      countSourceRows(await readSourceSecret(deployment.outputs.SourceSecretArn, deployment.aws)),
    );
    // Every other second: kafkajs needs some 30 ms of the processor for it.
    this.kafka = new PolledSource(1000, () => this.readKafka());
    this.engine = new PolledSource(0, () => this.watch.ask());
  }

  async read(): Promise<FlowReadings> {
    const [source, kafka, engine] = await Promise.all([
      this.source.latest(PATIENCE_MS),
      this.kafka.latest(PATIENCE_MS),
      this.engine.latest(PATIENCE_MS),
    ]);
    return { source, kafka, engine };
  }

  close(): void {
    this.isClosed = true;
    this.watch.close();
    void this.reader?.close();
  }

  private async readKafka(): Promise<{ end: number; lag: number }> {
    const { deployment } = this;
    const topics = FEED_NAMES.map((feed) => topicName(deployment.userId, feed));
    // Without patience: the next sample asks again.
    const reader = (this.reader ??= await openKafkaReader(deployment, 0));
    try {
      const ends = await reader.endOffsets(topics);
      const lags = await reader.sinkLag(deployment.outputs.SinkConnectorName, ends);
      return { end: sumOf(ends), lag: sumOf(lags) };
    } finally {
      if (this.isClosed) await reader.close();
    }
  }
}

function sumOf(byTopic: ReadonlyMap<string, ReadonlyMap<number, number>>): number {
  return [...byTopic.values()].reduce(
    (sum, partitions) => [...partitions.values()].reduce((own, offset) => own + offset, sum),
    0,
  );
}
