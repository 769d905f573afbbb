/**
 * What the proxy counts, in Prometheus' text format. Of several workers (`workers.ts`) the process that runs them adds up
 * the metrics by prom-client's `AggregatorRegistry`, to whose questions each worker's metrics answer.
 */
import cluster from 'node:cluster';
import { AggregatorRegistry, Counter, Gauge, Histogram, Registry, collectDefaultMetrics } from 'prom-client';
import type { BatchProducer } from './lane';
import type { SentRecord } from './record-sender';

/** Content type of the text format. */
export const METRICS_TYPE = Registry.PROMETHEUS_CONTENT_TYPE;

/** What is in progress now. */
export interface InFlight {
  readonly requests: number;
  /** Bytes of bodies and of what is derived from them, see {@link BodyBudget}. */
  readonly bytes: number;
  readonly maxBytes: number;
}

const SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/** See the module's comment. */
export class Metrics {
  private readonly registry = new Registry();
  private readonly requests = new Counter({
    name: 'rest_proxy_requests_total',
    help: 'Requests that were responded to.',
    labelNames: ['method', 'route', 'status'],
    registers: [this.registry],
  });
  private readonly seconds = new Histogram({
    name: 'rest_proxy_request_duration_seconds',
    help: 'From the head of a request to the end of its response.',
    labelNames: ['method', 'route'],
    buckets: SECONDS,
    registers: [this.registry],
  });
  private readonly bytes = new Counter({
    name: 'rest_proxy_body_bytes_total',
    help: 'Bytes of the bodies of produce requests, decompressed.',
    registers: [this.registry],
  });
  private readonly records = new Counter({
    name: 'rest_proxy_records_total',
    help: 'Records by result: stored, or the error_code of the refusal.',
    labelNames: ['result'],
    registers: [this.registry],
  });
  private readonly recordsInFlight = new Gauge({
    name: 'rest_proxy_records_in_flight',
    help: 'Records without a result: queued, or sent and not acknowledged.',
    registers: [this.registry],
  });
  private readonly batches = new Counter({
    name: 'rest_proxy_kafka_batches_total',
    help: 'Attempts to store a batch, by outcome.',
    labelNames: ['outcome'],
    registers: [this.registry],
  });
  private readonly batchSeconds = new Histogram({
    name: 'rest_proxy_kafka_batch_duration_seconds',
    help: 'Until Kafka acknowledged or refused a batch.',
    buckets: SECONDS,
    registers: [this.registry],
  });
  private readonly kafkaErrors = new Counter({
    name: 'rest_proxy_kafka_errors_total',
    help: 'Attempts that failed, by the name of the error.',
    labelNames: ['error'],
    registers: [this.registry],
  });

  constructor() {
    collectDefaultMetrics({ register: this.registry });
    if (!cluster.isWorker) return;
    // Makes a worker respond to the process that runs it.
    new AggregatorRegistry();
    AggregatorRegistry.setRegistries([this.registry]);
  }

  /** Takes over what is in progress at each scrape. */
  observe(inFlight: () => InFlight): void {
    const gauge = (name: string, help: string, read: (now: InFlight) => number): void => {
      new Gauge({
        name,
        help,
        registers: [this.registry],
        collect() {
          this.set(read(inFlight()));
        },
      });
    };
    gauge('rest_proxy_requests_in_flight', 'Requests without a response.', ({ requests }) => requests);
    gauge('rest_proxy_bytes_in_flight', 'Bytes of bodies and their records held now.', ({ bytes }) => bytes);
    gauge('rest_proxy_max_bytes_in_flight', 'Bytes above which 429 is given.', ({ maxBytes }) => maxBytes);
  }

  /** Counts a response. `route` is a resource's path with its parameters' names, or `other`. */
  responded(method: string, route: string, status: number, milliseconds: number): void {
    this.requests.inc({ method, route, status });
    this.seconds.observe({ method, route }, milliseconds / 1000);
  }

  /** Counts a body. */
  received(bytes: number): void {
    this.bytes.inc(bytes);
  }

  /** Counts the records of a request, and what became of them. */
  async sending(count: number, results: Promise<SentRecord[]>): Promise<SentRecord[]> {
    this.recordsInFlight.inc(count);
    try {
      const all = await results;
      const counts = new Map<string | number, number>();
      for (const result of all) {
        const name = 'offset' in result ? 'stored' : result.errorCode;
        counts.set(name, (counts.get(name) ?? 0) + 1);
      }
      for (const [result, number] of counts) this.records.inc({ result }, number);
      return all;
    } finally {
      this.recordsInFlight.dec(count);
    }
  }

  /** The same producer, whose attempts are counted. */
  watched(producer: BatchProducer): BatchProducer {
    return {
      attempt: async (partition, records) => {
        const end = this.batchSeconds.startTimer();
        const attempt = await producer.attempt(partition, records);
        end();
        this.batches.inc({ outcome: attempt.kind });
        if ('error' in attempt) {
          const [name = ''] = attempt.error.split(':', 1);
          this.kafkaErrors.inc({ error: /^\w{1,60}$/.test(name) ? name : 'other' });
        }
        return attempt;
      },
      close: () => producer.close(),
    };
  }

  /** Everything in the text format. */
  text(): Promise<string> {
    return this.registry.metrics();
  }
}

/**
 * Everything of all workers, added up, in the process that runs them. It rejects when a worker does not respond within five
 * seconds.
 */
export function workersMetrics(): () => Promise<string> {
  const aggregator = new AggregatorRegistry();
  return () => aggregator.clusterMetrics();
}
