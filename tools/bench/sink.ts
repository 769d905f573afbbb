/**
 * The S3 sink in Kafka Connect, from a real broker to MiniStack's S3, with the configuration of stage `local`, and what
 * files it makes.
 *
 * `npm run bench -- sink [MiB]`: MiB of records of each size, 240 by default. The records wait in the topic, in three
 * partitions; the clock runs from the first stored object to the last, so that the start of Connect is not in it. Their
 * sizes make objects come out even: none waits for the flush interval. Then the same with the flush settings of the stage
 * `prod`, and {@link HELD_RATE} records a second for {@link HELD_SECONDS} s, where the interval of the stage `local` decides.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { CreateBucketCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import type { Kafka } from 'kafkajs';
import { createKafka } from '../../services/kafka-client';
import { connectorConfig } from '../../lib/sink/connector-config';
import type { SinkFlush } from '../../lib/stages';
import { LOCAL_FLUSH } from '../../lib/stages/local';
import { PROD_FLUSH } from '../../lib/stages/prod';
import { ensureParts } from '../local-run/install';
import { startKafka } from '../local-run/parts/kafka';
import { startKafkaConnect } from '../local-run/parts/kafka-connect';
import { startMiniStack } from '../local-run/parts/ministack';
import type { Benchmark, Figure } from './benchmark';
import { fileFigures, listed } from './file-sizes';
import { progress, scratchAws, statusMiB, withScratchFolder } from './support';

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

/** A record that is `bytes` long with its line break. */
function record(n: number, bytes: number): string {
  const head = `{"index":${n},"description":"`;
  return `${head}${'x'.repeat(bytes - head.length - '"}\n'.length)}"}`;
}

async function createTopic(kafka: Kafka, topic: string): Promise<void> {
  const admin = kafka.admin();
  await admin.connect();
  await admin.createTopics({ topics: [{ topic, numPartitions: PARTITIONS }], waitForLeaders: true });
  await admin.disconnect();
}

/** Fills a topic. */
async function fill(kafka: Kafka, topic: string, bytes: number, perPartition: number): Promise<void> {
  const producer = kafka.producer();
  await producer.connect();
  const batch = Math.floor((512 * 1024) / bytes);
  for (let partition = 0; partition < PARTITIONS; partition += 1) {
    for (let from = 0; from < perPartition; from += batch) {
      const messages = Array.from({ length: Math.min(batch, perPartition - from) }, (_, i) => ({
        partition,
        value: record(from + i, bytes),
      }));
      await producer.send({ topic, messages });
    }
  }
  await producer.disconnect();
}

/** Sends records of `bytes` to all partitions at {@link HELD_RATE}, ten times a second. @returns how many were sent. */
async function trickle(kafka: Kafka, topic: string, bytes: number): Promise<number> {
  const producer = kafka.producer();
  await producer.connect();
  const each = Math.round(HELD_RATE / 10 / PARTITIONS);
  const began = performance.now();
  let sent = 0;
  for (let tenth = 0; tenth < HELD_SECONDS * 10; tenth += 1) {
    await sleep(Math.max(0, began + tenth * 100 - performance.now()));
    const messages = Array.from({ length: PARTITIONS * each }, (_, i) => ({
      partition: i % PARTITIONS,
      value: record(sent + i, bytes),
    }));
    await producer.send({ topic, messages });
    sent += messages.length;
  }
  await producer.disconnect();
  return sent;
}

async function storedBytes(s3: S3Client, bucket: string): Promise<number> {
  return (await listed(s3, bucket)).reduce((sum, { bytes }) => sum + bytes, 0);
}

/** The objects of a bucket as figures; every line has `bytes`. */
async function objectFigures(s3: S3Client, bucket: string, name: string, bytes: number): Promise<Figure[]> {
  const objects = await listed(s3, bucket);
  return fileFigures(
    name,
    objects.map((object) => ({ bytes: object.bytes, rows: object.bytes / bytes })),
    'lines',
  );
}

/** Waits until all is stored. @returns bytes a second after the first object. @throws Error when nothing more comes. */
async function drain(s3: S3Client, bucket: string, total: number): Promise<number> {
  let first: { at: number; bytes: number } | undefined;
  let bytes = 0;
  for (let changedAt = performance.now(); ;) {
    await sleep(POLL_MS);
    const now = performance.now();
    const stored = await storedBytes(s3, bucket);
    if (stored > bytes) {
      bytes = stored;
      changedAt = now;
      first ??= { at: now, bytes };
    }
    if (first !== undefined && bytes > total)
      throw new Error(`${bytes} bytes are stored, expected ${total}.`);
    if (first !== undefined && bytes === total) return (bytes - first.bytes) / ((now - first.at) / 1000);
    if (now - changedAt > STALLED_MS) {
      throw new Error(`The sink stored ${bytes} of ${total} bytes, then nothing for ${STALLED_MS / 1000} s.`);
    }
  }
}

/** What the S3 server itself takes, in bytes a second: as many clients as there are tasks upload objects of a size. */
async function plainUploads(s3: S3Client, bytes: number): Promise<number> {
  const bucket = `plain-${bytes}`;
  await s3.send(new CreateBucketCommand({ Bucket: bucket }));
  const body = Buffer.alloc(bytes, 'x');
  const each = 8;
  const began = performance.now();
  await Promise.all(
    Array.from({ length: PARTITIONS }, async (_, client) => {
      for (let n = 0; n < each; n += 1) {
        await s3.send(new PutObjectCommand({ Bucket: bucket, Key: `${client}-${n}`, Body: body }));
      }
    }),
  );
  return (PARTITIONS * each * bytes) / ((performance.now() - began) / 1000);
}

async function createConnector(
  connectUrl: string,
  topic: string,
  s3Endpoint: string,
  flush: SinkFlush,
): Promise<void> {
  const config = {
    ...connectorConfig({
      userId: 'bench',
      bucketName: topic,
      region: 'us-east-1',
      s3Endpoint,
      replicationFactor: 1,
      sink: { plugin: { kind: 'own' }, tasksMax: PARTITIONS, ...flush },
    }),
    topics: topic,
  };
  const answer = await fetch(`${connectUrl}/connectors/${topic}/config`, {
    method: 'PUT',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(config),
  });
  if (!answer.ok) throw new Error(`Kafka Connect answered ${answer.status}: ${await answer.text()}`);
}

/** A running broker and S3 server. */
interface Parts {
  readonly stateDir: string;
  readonly kafka: Kafka;
  readonly bootstrapServers: string;
  readonly s3: S3Client;
  readonly url: string;
}

/** Gives `use` a worker of its own, whose highest memory begins anew, with the sink of one topic into the bucket of its name. */
async function withSink<T>(
  { stateDir, bootstrapServers, url }: Parts,
  topic: string,
  flush: SinkFlush,
  use: (pid: number) => Promise<T>,
): Promise<T> {
  const { accessKeyId, secretAccessKey } = scratchAws(url).credentials;
  const env = { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey };
  const connect = await startKafkaConnect({ stateDir, bootstrapServers, env });
  try {
    await createConnector(connect.url, topic, url, flush);
    const made = await use(connect.pid);
    await fetch(`${connect.url}/connectors/${topic}`, { method: 'DELETE' });
    return made;
  } finally {
    await connect.stop();
  }
}

async function createTopicAndBucket({ kafka, s3 }: Parts, topic: string): Promise<void> {
  await createTopic(kafka, topic);
  await s3.send(new CreateBucketCommand({ Bucket: topic }));
}

/** Drains a topic that was filled before. */
async function drained(
  parts: Parts,
  bytes: number,
  mebibytes: number,
  flush: SinkFlush,
  name: string,
): Promise<Figure[]> {
  const { s3, kafka } = parts;
  const topic = `bench-${bytes}-${flush.flushRecords}`;
  const perObject = Math.min(flush.flushRecords, Math.floor(flush.flushBytes / bytes));
  const objects = Math.max(2, Math.round((mebibytes * MIB) / PARTITIONS / (perObject * bytes)));
  await createTopicAndBucket(parts, topic);
  await fill(kafka, topic, bytes, objects * perObject);
  return withSink(parts, topic, flush, async (pid) => {
    const speed = await drain(s3, topic, PARTITIONS * objects * perObject * bytes);
    return [
      { name, value: speed / bytes, unit: 'records/s' },
      { name: `${name}: throughput`, value: speed / MIB, unit: 'MiB/s' },
      {
        name: `${name}: plain uploads of such objects`,
        value: (await plainUploads(s3, perObject * bytes)) / MIB,
        unit: 'MiB/s',
      },
      { name: `${name}: most memory of Kafka Connect`, value: statusMiB(pid, 'VmHWM'), unit: 'MiB' },
      ...(await objectFigures(s3, topic, name, bytes)),
    ];
  });
}

/** Stores what comes at a rate. */
async function held(parts: Parts, bytes: number): Promise<Figure[]> {
  const topic = 'bench-held';
  await createTopicAndBucket(parts, topic);
  return withSink(parts, topic, LOCAL_FLUSH, async () => {
    const sent = await trickle(parts.kafka, topic, bytes);
    await drain(parts.s3, topic, sent * bytes);
    return objectFigures(parts.s3, topic, `${HELD_RATE} records/s of ${bytes} bytes`, bytes);
  });
}

async function measure(stateDir: string, mebibytes: number): Promise<Figure[]> {
  await ensureParts(progress, { only: ['kafka', 'python', 's3-sink-connector'] });
  const figures: Figure[] = [];
  const broker = await startKafka({ stateDir });
  const { bootstrapServers } = broker;
  const server = await startMiniStack({ stateDir });
  const s3 = new S3Client({ ...scratchAws(server.url), forcePathStyle: true });
  try {
    const kafka = createKafka({ bootstrapServers: [bootstrapServers], clientId: 'bench' });
    const parts = { stateDir, kafka, bootstrapServers, s3, url: server.url };
    for (const bytes of LINE_BYTES) {
      figures.push(...(await drained(parts, bytes, mebibytes, LOCAL_FLUSH, `records of ${bytes} bytes`)));
    }
    const [bytes = NaN] = LINE_BYTES;
    const inProd = `records of ${bytes} bytes, flush of prod`;
    // Too few objects for a speed.
    const ofProd = await drained(parts, bytes, mebibytes, PROD_FLUSH, inProd);
    figures.push(...ofProd.filter(({ unit }) => ['files', 'lines', 'KiB'].includes(unit)));
    figures.push(...(await held(parts, bytes)));
  } finally {
    s3.destroy();
    await server.stop();
    await broker.stop();
  }
  return figures;
}

/** See the module's comment. */
export const benchmark: Benchmark = {
  description: `the S3 sink with ${PARTITIONS} tasks, from a real broker to MiniStack's S3, all on this machine`,
  async run(args) {
    const mebibytes = Number(args[0] ?? 240);
    return withScratchFolder('sink', (stateDir) => measure(stateDir, mebibytes));
  },
};
