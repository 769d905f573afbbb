/** The custom resource of the connector, on a real Kafka Connect worker. */
import { ensureConnector, removeConnector } from '../../../lambda/connector/connector';
import type { SinkHarness } from '../s3-sink-harness';
import { makeTopics } from '../support/make-topics';

/** The tests; `started` has one worker when they run. */
export function connectorResource(started: () => SinkHarness): void {
  let sink: SinkHarness;

  beforeAll(async () => {
    sink = started();
    await sink.reset();
    await makeTopics(sink.admin, { topic: 'made', numPartitions: 2 });
  });

  /** The S3 sink on a topic without records, so that it needs no S3. */
  const wanted = (name: string, config: Record<string, string> = {}) => ({
    connectUrl: sink.worker().url,
    name,
    config: {
      'connector.class': 'io.github.pinterestpipeline.s3sink.S3SinkConnector',
      'tasks.max': '2',
      topics: 'made',
      'key.converter': 'org.apache.kafka.connect.converters.ByteArrayConverter',
      'value.converter': 'org.apache.kafka.connect.converters.ByteArrayConverter',
      's3.bucket.name': 'no-bucket',
      's3.region': 'us-east-1',
      's3.endpoint': 'http://127.0.0.1:9',
      ...config,
    },
  });
  const soon = (): number => Date.now() + 150_000;

  /** How many parts of the connector, itself and its tasks, run by the worker's status. */
  async function running(name: string): Promise<number> {
    const response = await fetch(`${sink.worker().url}/connectors/${encodeURIComponent(name)}/status`);
    return (await response.text()).match(/"state":"RUNNING"/g)?.length ?? 0;
  }
  async function isConfigured(name: string): Promise<boolean> {
    const response = await fetch(`${sink.worker().url}/connectors/${encodeURIComponent(name)}`);
    await response.arrayBuffer();
    return response.ok;
  }

  test('creates, updates and removes; each may be done twice', async () => {
    expect(await ensureConnector(wanted('a b'), soon())).toBe(2);
    expect(await ensureConnector(wanted('a b'), soon())).toBe(2);
    expect(await ensureConnector(wanted('a b', { 'tasks.max': '1' }), soon())).toBe(1);
    expect(await running('a b')).toBe(2);
    expect(await isConfigured('a b')).toBe(true);
    await removeConnector(wanted('a b'), soon());
    expect(await running('a b')).toBe(0);
    expect(await isConfigured('a b')).toBe(false);
    await removeConnector(wanted('a b'), soon());
    expect(await isConfigured('a b')).toBe(false);
  });

  test('a configuration that is refused fails at once, with the reason', async () => {
    const started = Date.now();
    await expect(ensureConnector(wanted('bad', { 'tasks.max': 'many' }), soon())).rejects.toThrow(
      /refused the configuration of the connector "bad".*tasks\.max/,
    );
    expect(Date.now() - started).toBeLessThan(20_000);
  });

  test('a task that fails fails it, with the trace; a fixed configuration fixes it', async () => {
    await expect(
      ensureConnector(wanted('failing', { 'consumer.override.max.poll.records': '-5' }), soon()),
    ).rejects.toThrow(/The connector "failing" .*failed: .*max\.poll\.records/s);
    expect(await ensureConnector(wanted('failing'), soon())).toBe(2);
    await removeConnector(wanted('failing'), soon());
  });

  test('a worker that does not exist is asked until the deadline, or until it is', async () => {
    const late = wanted('late');
    await sink.stopWorker();
    await expect(ensureConnector(late, Date.now() + 1500)).rejects.toThrow(
      /was not done in time; the last problem: .*ECONNREFUSED/,
    );
    const waiting = ensureConnector(late, soon());
    await sink.startWorker('a');
    expect(await waiting).toBe(2);
    await removeConnector(late, soon());
  });
}
