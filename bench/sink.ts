/**
 * The S3 sink in Kafka Connect, from a real broker to MiniStack's S3, with the configuration of stage `local`.
 *
 * `npm run bench -- sink [MiB]`: MiB of records of each size, 240 by default. The records wait in the topic, in three
 * partitions; the clock runs from the first stored object to the last, so that the start of Connect is not in it. Their
 * sizes make objects come out even: none waits for the flush interval.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { CreateBucketCommand, paginateListObjectsV2, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import type { Kafka } from 'kafkajs';
import { createKafka } from '../kafka-client';
import { connectorConfig } from '../lib/connector-config';
import { ensureParts } from '../local-run/install';
import { startKafka } from '../local-run/parts/kafka';
import { startKafkaConnect } from '../local-run/parts/kafka-connect';
import { startMiniStack } from '../local-run/parts/ministack';
import type { Benchmark, Figure } from './benchmark';
import { progress, statusMiB, withScratchFolder } from './support';

const PARTITIONS = 3;
const MIB = 1024 * 1024;
const FLUSH = { flushRecords: 5_000, flushBytes: 8 * MIB, flushIntervalMs: 3_000 };
const CREDENTIALS = { accessKeyId: 'BENCH', secretAccessKey: 'bench' };
const STALLED_MS = 60_000;
/** Rare enough that the listing takes nothing worth mentioning from the S3 server. */
const POLL_MS = 250;

/** Bytes of a line: a post's size, of which an object takes 5,000, and a large record, of which it takes 1,024. */
const LINE_BYTES = [700, 8_192];

/** A record that is `bytes` long with its line break. */
function record(n: number, bytes: number): string {
  const head = `{"index":${n},"description":"`;
  return `${head}${'x'.repeat(bytes - head.length - '"}\n'.length)}"}`;
}

/** Makes the topic and fills it. */
async function fill(kafka: Kafka, topic: string, bytes: number, perPartition: number): Promise<void> {
  const admin = kafka.admin();
  await admin.connect();
  await admin.createTopics({ topics: [{ topic, numPartitions: PARTITIONS }], waitForLeaders: true });
  await admin.disconnect();
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

async function storedBytes(s3: S3Client, bucket: string): Promise<number> {
  let bytes = 0;
  for await (const page of paginateListObjectsV2({ client: s3 }, { Bucket: bucket })) {
    for (const { Size } of page.Contents ?? []) bytes += Size ?? 0;
  }
  return bytes;
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

async function createConnector(connectUrl: string, topic: string, s3Endpoint: string): Promise<void> {
  const config = {
    ...connectorConfig({
      userId: 'bench',
      bucketName: topic,
      region: 'us-east-1',
      s3Endpoint,
      replicationFactor: 1,
      sink: { plugin: { kind: 'own' }, tasksMax: PARTITIONS, ...FLUSH },
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

async function measure(stateDir: string, mebibytes: number): Promise<Figure[]> {
  await ensureParts(progress, { only: ['kafka', 'python', 's3-sink-connector'] });
  const figures: Figure[] = [];
  const broker = await startKafka({ stateDir });
  const { bootstrapServers } = broker;
  const server = await startMiniStack({ stateDir });
  const s3 = new S3Client({
    endpoint: server.url,
    region: 'us-east-1',
    forcePathStyle: true,
    credentials: CREDENTIALS,
  });
  try {
    const kafka = createKafka({ bootstrapServers: [bootstrapServers], clientId: 'bench' });
    for (const bytes of LINE_BYTES) {
      const topic = `bench-${bytes}`;
      const perObject = Math.min(FLUSH.flushRecords, FLUSH.flushBytes / bytes);
      const objects = Math.max(2, Math.round((mebibytes * MIB) / PARTITIONS / (perObject * bytes)));
      await s3.send(new CreateBucketCommand({ Bucket: topic }));
      await fill(kafka, topic, bytes, objects * perObject);
      // A worker of its own for each size: its highest memory is never reset.
      const connect = await startKafkaConnect({
        stateDir,
        bootstrapServers,
        env: {
          AWS_ACCESS_KEY_ID: CREDENTIALS.accessKeyId,
          AWS_SECRET_ACCESS_KEY: CREDENTIALS.secretAccessKey,
        },
      });
      try {
        await createConnector(connect.url, topic, server.url);
        const speed = await drain(s3, topic, PARTITIONS * objects * perObject * bytes);
        const name = `records of ${bytes} bytes`;
        figures.push(
          { name, value: speed / bytes, unit: 'records/s' },
          { name: `${name}: throughput`, value: speed / MIB, unit: 'MiB/s' },
          {
            name: `${name}: plain uploads of such objects`,
            value: (await plainUploads(s3, perObject * bytes)) / MIB,
            unit: 'MiB/s',
          },
          {
            name: `${name}: most memory of Kafka Connect`,
            value: statusMiB(connect.pid, 'VmHWM'),
            unit: 'MiB',
          },
        );
        await fetch(`${connect.url}/connectors/${topic}`, { method: 'DELETE' });
      } finally {
        await connect.stop();
      }
    }
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
