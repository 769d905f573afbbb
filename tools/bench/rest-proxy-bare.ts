/**
 * The proxy's producing client without HTTP and JSON, which is the most that a proxy could do: run as a process of its own,
 * bundled as the proxy is. Prints what it came to as JSON.
 */
import { createRecordSender } from '../../services/rest-proxy/service';
import { readProduceRequest } from '../../services/rest-proxy/produce-request';
import { bodyOf, type Shape } from './rest-proxy-load';

/** Options, as JSON in the first argument. */
export interface BareOptions {
  readonly bootstrapServers: string;
  readonly topic: string;
  readonly shape: Shape;
  readonly seconds: number;
  readonly warmUpSeconds: number;
}

/** What the client came to. */
export interface BareResult {
  readonly recordsPerSecond: number;
  /** Processor time, in microseconds. */
  readonly microsecondsPerRecord: number;
}

async function run(options: BareOptions): Promise<BareResult> {
  const { shape, topic } = options;
  const { sender, close } = createRecordSender(
    {
      kafka: { bootstrapServers: [options.bootstrapServers] },
      deliveryTimeoutMs: 10_000,
      lanesPerTopic: 4,
      maxBatchBytes: 900_000,
    },
    () => undefined,
  );
  const produce = async (seconds: number): Promise<number> => {
    const end = performance.now() + seconds * 1000;
    let sent = 0;
    await Promise.all(
      Array.from({ length: shape.connections }, async (_, index) => {
        const records = readProduceRequest(Buffer.from(bodyOf(shape, index * shape.records)), {
          rowNumberMember: 'index',
        });
        while (performance.now() < end) {
          const results = await sender.send(topic, records);
          if (results.some((result) => 'error' in result)) throw new Error(JSON.stringify(results[0]));
          sent += records.length;
        }
      }),
    );
    return sent;
  };
  await produce(options.warmUpSeconds);
  const usage = process.cpuUsage();
  const began = performance.now();
  const sent = await produce(options.seconds);
  const seconds = (performance.now() - began) / 1000;
  const { user, system } = process.cpuUsage(usage);
  await close();
  return { recordsPerSecond: sent / seconds, microsecondsPerRecord: (user + system) / sent };
}

run(JSON.parse(process.argv[2] ?? '{}') as BareOptions).then(
  (result) => {
    process.stdout.write(`${JSON.stringify(result)}\n`, () => process.exit(0));
  },
  (error: unknown) => {
    console.error(error);
    process.exit(1);
  },
);
