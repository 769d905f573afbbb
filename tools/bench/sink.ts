/**
 * The S3 sink in Kafka Connect, from a real broker to MiniStack's S3, with the configuration of stage `local`, and what files
 * it makes.
 *
 * The records wait in the topic, in three partitions; the clock runs from the first stored object to the last, so that the start
 * of Connect is not in it. Their sizes make objects come out even: none waits for the flush interval. Then {@link HELD_RATE}
 * records a second for {@link HELD_SECONDS} s, where the interval decides.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { CreateBucketCommand } from '@aws-sdk/client-s3';
import type { Kafka, Producer } from 'kafkajs';
import { createKafka } from '../../services/kafka-client';
import { connectorConfig } from '../../lib/sink/connector-config';
import { LOCAL_FLUSH } from '../../lib/stages/local';
import { ensureParts } from '../local-run/install';
import { startKafka } from '../local-run/parts/kafka';
import { startKafkaConnect } from '../local-run/parts/kafka-connect';
import type { Benchmark, Figure } from './benchmark';
import { peakMemoryMiB } from './process-usage';
import { listed, median, progress, withScratchAws, type ScratchAws } from './support';

const PARTITIONS = 3;
const MIB = 1024 * 1024;
const STALLED_MS = 60_000;
/** Rare enough that the listing takes nothing worth mentioning from the S3 server. */
const POLL_MS = 250;

/** Bytes of a line: a post's size, of which an object takes 5,000, and a large record, of which it takes 1,024. */
const LINE_BYTES = [700, 8_192];

/** Records a second of all partitions: the interval ends a file long before it is full. */
const HELD_RATE = 1_000;
const HELD_SECONDS = 30;

/** A running broker and S3 server. */
interface Parts extends ScratchAws {
  readonly stateDir: string;
  readonly kafka: Kafka;
  readonly bootstrapServers: string;
}

/** Sends as many records to each partition, each `bytes` long with its line break. */
async function send(producer: Producer, topic: string, bytes: number, perPartition: number): Promise<void> {
  const messages = Array.from({ length: PARTITIONS * perPartition }, (_, n) => {
    const head = `{"index":${n},"description":"`;
    return {
      partition: n % PARTITIONS,
      value: `${head}${'x'.repeat(bytes - head.length - '"}\n'.length)}"}`,
    };
  });
  await producer.send({ topic, messages });
}

/** Waits until all is stored. @returns bytes a second after the first object. @throws Error when nothing more comes. */
async function drain({ s3 }: Parts, bucket: string, total: number): Promise<number> {
  let first: { at: number; bytes: number } | undefined;
  let bytes = 0;
  for (let changedAt = performance.now(); ;) {
    await sleep(POLL_MS);
    const now = performance.now();
    const stored = (await listed(s3, bucket)).reduce((sum, object) => sum + object.bytes, 0);
    if (stored > bytes) {
      bytes = stored;
      changedAt = now;
      first ??= { at: now, bytes };
    }
    if (bytes > total) throw new Error(`${bytes} bytes are stored, expected ${total}.`);
    if (first !== undefined && bytes === total) return (bytes - first.bytes) / ((now - first.at) / 1000);
    if (now - changedAt > STALLED_MS) {
      throw new Error(`The sink stored ${bytes} of ${total} bytes, then nothing for ${STALLED_MS / 1000} s.`);
    }
  }
}

async function createConnector(connectUrl: string, topic: string, s3Endpoint: string): Promise<void> {
  const config = connectorConfig({
    userId: 'bench',
    bucketName: topic,
    region: 'us-east-1',
    s3Endpoint,
    replicationFactor: 1,
    sink: { tasksMax: PARTITIONS, ...LOCAL_FLUSH },
  });
  const response = await fetch(`${connectUrl}/connectors/${topic}/config`, {
    method: 'PUT',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ ...config, topics: topic }),
  });
  if (!response.ok) throw new Error(`Kafka Connect responded ${response.status}: ${await response.text()}`);
}

/**
 * Makes a topic and a bucket of its name, and gives `use` a producer before, and a worker of its own, whose highest memory
 * begins at nothing, with the sink from the one into the other.
 */
async function withSink(
  parts: Parts,
  topic: string,
  name: string,
  fill: (producer: Producer) => Promise<void>,
  use: (producer: Producer, pid: number) => Promise<Figure[]>,
): Promise<Figure[]> {
  const { s3, aws, kafka, stateDir, bootstrapServers } = parts;
  const admin = kafka.admin();
  await admin.connect();
  await admin.createTopics({ topics: [{ topic, numPartitions: PARTITIONS }], waitForLeaders: true });
  await admin.disconnect();
  await s3.send(new CreateBucketCommand({ Bucket: topic }));
  const producer = kafka.producer();
  await producer.connect();
  await fill(producer);
  const { accessKeyId = '', secretAccessKey = '' } = aws.credentials ?? {};
  const env = { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey };
  const connect = await startKafkaConnect({ stateDir, bootstrapServers, env });
  try {
    await createConnector(connect.url, topic, aws.endpoint);
    const figures = await use(producer, connect.pid);
    await fetch(`${connect.url}/connectors/${topic}`, { method: 'DELETE' });
    const sizes = (await listed(s3, topic)).map(({ bytes }) => bytes);
    return [
      ...figures,
      { name: `${name}: files`, value: sizes.length, unit: 'files' },
      { name: `${name}: size of a file, p50`, value: median(sizes) / 1024, unit: 'KiB' },
    ];
  } finally {
    await connect.stop();
    await producer.disconnect();
  }
}

/** Drains a topic that was filled before. */
function drained(parts: Parts, bytes: number, mebibytes: number): Promise<Figure[]> {
  const topic = `bench-${bytes}`;
  const name = `records of ${bytes} bytes`;
  const perObject = Math.min(LOCAL_FLUSH.flushRecords, Math.floor(LOCAL_FLUSH.flushBytes / bytes));
  const objects = Math.max(2, Math.round((mebibytes * MIB) / PARTITIONS / (perObject * bytes)));
  const batch = Math.floor((512 * 1024) / bytes);
  return withSink(
    parts,
    topic,
    name,
    async (producer) => {
      for (let left = objects * perObject; left > 0; left -= batch)
        await send(producer, topic, bytes, Math.min(batch, left));
    },
    async (_, pid) => {
      const speed = await drain(parts, topic, PARTITIONS * objects * perObject * bytes);
      return [
        { name, value: speed / bytes, unit: 'records/s' },
        { name: `${name}: throughput`, value: speed / MIB, unit: 'MiB/s' },
        { name: `${name}: most memory of Kafka Connect`, value: peakMemoryMiB(pid), unit: 'MiB' },
      ];
    },
  );
}

/** Stores what comes at a rate, ten times a second. */
function held(parts: Parts, bytes: number): Promise<Figure[]> {
  const topic = 'bench-held';
  const each = Math.round(HELD_RATE / 10 / PARTITIONS);
  const tenths = HELD_SECONDS * 10;
  return withSink(
    parts,
    topic,
    `${HELD_RATE} records/s of ${bytes} bytes`,
    () => Promise.resolve(),
    async (producer) => {
      const began = performance.now();
      for (let tenth = 0; tenth < tenths; tenth += 1) {
        await sleep(Math.max(0, began + tenth * 100 - performance.now()));
        await send(producer, topic, bytes, each);
      }
      await drain(parts, topic, PARTITIONS * each * tenths * bytes);
      return [];
    },
  );
}

/** See the module's comment. */
export const benchmark: Benchmark = {
  description: `The S3 sink with ${PARTITIONS} tasks, from a real broker to MiniStack's S3, all on this machine`,
  unit: 'MiB of records',
  sizes: [240],
  async run(mebibytes) {
    await ensureParts(progress, { only: ['kafka', 'python', 's3-sink-connector'] });
    return withScratchAws('sink', async (scratch, stateDir) => {
      const broker = await startKafka({ stateDir });
      const { bootstrapServers } = broker;
      try {
        const kafka = createKafka({ bootstrapServers: [bootstrapServers], clientId: 'bench' });
        const parts = { ...scratch, stateDir, kafka, bootstrapServers };
        const figures: Figure[] = [];
        for (const bytes of LINE_BYTES) figures.push(...(await drained(parts, bytes, mebibytes)));
        return [...figures, ...(await held(parts, LINE_BYTES[0] ?? NaN))];
      } finally {
        await broker.stop();
      }
    });
  },
};
