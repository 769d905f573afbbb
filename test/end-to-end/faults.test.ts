/** Parts killed in mid-flow and bad input on every way in: afterwards nothing is missing and nothing double. */
import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { Kafka, logLevel } from 'kafkajs';
import type { BatchReport } from '../../cli/batch';
import { type Deployment } from '../../cli/deployment';
import { runningLocalDeployment } from '../../cli/local-deployment';
import type { FeedReconciliation, Reconciliation } from '../../cli/reconcile';
import type { EmulatorReport } from '../../emulator';
import { FEED_NAMES, topicName } from '../../feeds';
import { PipelineRun, pipelineJson, reset } from './support/pipeline-run';

const USER_ID = 'e2e-faults';
const POSTS = 1000;

describe('a pipeline in trouble', () => {
  let pipeline: PipelineRun;
  let deployment: Deployment;

  beforeAll(async () => {
    await reset(USER_ID);
    // Reports are an hour apart, so that what the tests count is what they sent (and ten random posts a second).
    pipeline = new PipelineRun(USER_ID, '--posts', String(POSTS), '--report-every', '3600');
    await pipeline.printed(/Press Ctrl-C to stop/, 1, 2_000_000);
    deployment = await runningLocalDeployment(USER_ID);
  }, 1_200_000);

  afterAll(async () => {
    await pipeline.interrupt();
    await reset(USER_ID);
  }, 120_000);

  /** Cleans what is there and reconciles; every feed must come out with nothing missing and nothing double. */
  async function reconciled(): Promise<Record<string, FeedReconciliation>> {
    await pipelineJson<BatchReport>(USER_ID, 'batch');
    const { feeds } = await pipelineJson<Reconciliation>(USER_ID, 'reconcile', '--wait', '120');
    expect(feeds.map(({ feed, missing, duplicate }) => ({ feed, missing, duplicate }))).toEqual(
      FEED_NAMES.map((feed) => ({ feed, missing: 0, duplicate: 0 })),
    );
    return Object.fromEntries(feeds.map((row) => [row.feed, row]));
  }

  it.each(['kafka-connect', 'kafka', 'rest-proxy', 'ministack'])(
    '%s killed in mid-flow is started again, and nothing is lost or doubled',
    async (name) => {
      const part = pipeline.runFile().parts.find((one) => one.name === name);
      if (part === undefined) throw new Error(`There is no part ${name}.`);
      const run = `kill-${name}`;
      const sending = pipelineJson<EmulatorReport>(
        ...[USER_ID, 'emulate', '--posts', '3000', '--rate', '300', '--run', run],
      );
      sending.catch(() => undefined);
      await new Promise((resolve) => setTimeout(resolve, 5000));
      process.kill(part.pid, 'SIGKILL');
      const report = await sending;
      expect(report.feeds).toMatchObject(
        Object.fromEntries(FEED_NAMES.map((feed) => [feed, { acknowledged: 3000, failed: 0 }])),
      );
      expect(pipeline.runFile().parts.find((one) => one.name === name)?.pid).not.toBe(part.pid);
      const rows = await reconciled();
      for (const feed of FEED_NAMES) expect(rows[feed]?.table).toBe(POSTS);
    },
    300_000,
  );

  it('records that are no JSON objects go to the dead letters, and what breaks a rule to quarantine', async () => {
    const before = await reconciled();
    const kafka = new Kafka({
      brokers: [...deployment.bootstrapServers],
      clientId: 'test',
      logLevel: logLevel.NOTHING,
    });
    const producer = kafka.producer();
    await producer.connect();
    const noObjects = ['not json', '[1]', '"text"', '{"ind":1', '', null];
    const breaches = [
      '{"ind":1,"timestamp":"2018-01-01T00:00:00","latitude":95,"longitude":0,"country":"Fiji"}',
      '{"timestamp":"2018-01-01T00:00:00"}',
      '{"ind":"1a"}',
      '{"ind":2,"country":"\\ud800"}',
      '{"ind":3,"timestamp":"2018-02-30T00:00:00"}',
    ];
    await producer.send({
      topic: topicName(USER_ID, 'geo'),
      messages: [...noObjects, ...breaches].map((value) => ({ key: '1', value })),
    });
    await producer.disconnect();
    await pipelineJson<Reconciliation>(USER_ID, 'reconcile', '--wait', '120');
    const after = await reconciled();
    expect((after.geo?.deadLetters ?? 0) - (before.geo?.deadLetters ?? 0)).toBe(noObjects.length);
    expect((after.geo?.quarantine ?? 0) - (before.geo?.quarantine ?? 0)).toBe(breaches.length);
    expect(after.geo?.table).toBe(POSTS);
  }, 300_000);

  it('raw files in any state are read as far as they go', async () => {
    const before = await reconciled();
    const { endpoint, region, credentials } = deployment.aws;
    const s3 = new S3Client({ endpoint, region, credentials, forcePathStyle: true });
    const topic = topicName(USER_ID, 'user');
    const good = (ind: number): string =>
      `{"ind":${ind},"first_name":"A","last_name":"B","age":30,"date_joined":"2016-01-01T00:00:00"}`;
    const contents: (string | Uint8Array)[] = [
      `${good(900_001)}\n{"ind":900002,"first\n${good(900_003)}\n`, // A broken line.
      '', // An empty file.
      `\n\n${good(900_004)}\n  \n`, // Blank lines.
      `\ufeff${good(900_005)}\n`, // A byte order mark.
      `{"ind":900006,"first_name":"\\ud83d"}\n`, // A lone surrogate.
      Buffer.concat([Buffer.from(`{"ind":900007,"first_name":"`), Buffer.from([0xff]), Buffer.from(`"}\n`)]),
      good(900_008), // No line feed at the end.
    ];
    let offset = 0;
    for (const content of contents) {
      const key = `topics/${topic}/partition=9/${topic}+9+${String(offset).padStart(20, '0')}.json`;
      await s3.send(
        new PutObjectCommand({ Bucket: deployment.outputs.SinkBucketName, Key: key, Body: content }),
      );
      offset += 10;
    }
    s3.destroy();
    const after = await reconciled();
    expect((after.user?.table ?? 0) - (before.user?.table ?? 0)).toBe(5);
    expect((after.user?.quarantine ?? 0) - (before.user?.quarantine ?? 0)).toBe(3);
  }, 300_000);
});
