import { readFileSync } from 'node:fs';
import path from 'node:path';
import { PROJECT_ROOT } from '../../../../lib/packaging/project-root';
import type { Attempt, BatchProducer } from '../../../../services/rest-proxy/lane';
import { Metrics } from '../../../../services/rest-proxy/metrics';
import type { SentRecord } from '../../../../services/rest-proxy/record-sender';

/** The lines of the proxy's own metrics, without those of the process. */
async function lines(metrics: Metrics): Promise<string[]> {
  return (await metrics.text()).split('\n').filter((line) => /^rest_proxy_.* [^0]/.test(line));
}

test('responses are counted by method, resource and status, with their time', async () => {
  const metrics = new Metrics();
  metrics.responded('POST', '/topics/{topic}', 200, 3);
  metrics.responded('POST', '/topics/{topic}', 422, 30);
  metrics.received(17);
  expect(await lines(metrics)).toEqual(
    expect.arrayContaining([
      'rest_proxy_requests_total{method="POST",route="/topics/{topic}",status="200"} 1',
      'rest_proxy_requests_total{method="POST",route="/topics/{topic}",status="422"} 1',
      'rest_proxy_request_duration_seconds_bucket{le="0.005",method="POST",route="/topics/{topic}"} 1',
      'rest_proxy_request_duration_seconds_bucket{le="0.05",method="POST",route="/topics/{topic}"} 2',
      'rest_proxy_request_duration_seconds_count{method="POST",route="/topics/{topic}"} 2',
      'rest_proxy_body_bytes_total 17',
    ]),
  );
});

test('records are in flight until they have a result, and then counted by it', async () => {
  const metrics = new Metrics();
  let settle: (results: SentRecord[]) => void = () => undefined;
  const sent = metrics.sending(4, new Promise((resolve) => (settle = resolve)));
  expect(await lines(metrics)).toEqual(['rest_proxy_records_in_flight 4']);
  const stored: SentRecord = { partition: 0, offset: 1n };
  const failed: SentRecord = { partition: 0, errorCode: 50003, error: 'why' };
  settle([stored, failed, stored, stored]);
  expect(await sent).toHaveLength(4);
  expect(await lines(metrics)).toEqual([
    'rest_proxy_records_total{result="stored"} 3',
    'rest_proxy_records_total{result="50003"} 1',
  ]);
  // A request that was refused as a whole leaves nothing behind.
  await expect(metrics.sending(2, Promise.reject(new Error('no such topic')))).rejects.toThrow(
    'no such topic',
  );
  expect(await lines(metrics)).toHaveLength(2);
});

test('attempts are counted by outcome, failures by the name of the error', async () => {
  const metrics = new Metrics();
  const attempts: Attempt[] = [
    { kind: 'stored', baseOffset: 1n },
    { kind: 'retry', error: 'NOT_LEADER_OR_FOLLOWER: moved', sent: true, topicMissing: false },
    { kind: 'refused-record', error: 'MESSAGE_TOO_LARGE: 17 bytes' },
    { kind: 'retry', error: 'any "text" at all: x', sent: false, topicMissing: false },
  ];
  let closed = false;
  const producer: BatchProducer = {
    attempt: () => Promise.resolve(attempts.shift() ?? { kind: 'stored', baseOffset: 0n }),
    close: () => {
      closed = true;
      return Promise.resolve();
    },
  };
  const watched = metrics.watched(producer);
  for (let i = 0; i < 5; i += 1) await watched.attempt(0, []);
  await watched.close();
  expect(closed).toBe(true);
  expect((await lines(metrics)).filter((line) => !line.includes('duration'))).toEqual([
    'rest_proxy_kafka_batches_total{outcome="stored"} 2',
    'rest_proxy_kafka_batches_total{outcome="retry"} 2',
    'rest_proxy_kafka_batches_total{outcome="refused-record"} 1',
    'rest_proxy_kafka_errors_total{error="NOT_LEADER_OR_FOLLOWER"} 1',
    'rest_proxy_kafka_errors_total{error="MESSAGE_TOO_LARGE"} 1',
    'rest_proxy_kafka_errors_total{error="other"} 1',
  ]);
  expect(await metrics.text()).toContain('rest_proxy_kafka_batch_duration_seconds_count 5');
});

test('docs/rest-proxy.md has every metric of the proxy, and no other', async () => {
  const metrics = new Metrics();
  metrics.observe(() => ({ requests: 0, bytes: 0, maxBytes: 0 }));
  const names = [...(await metrics.text()).matchAll(/^# HELP (rest_proxy_\w+)/gm)].map(([, name]) => name);
  const page = readFileSync(path.join(PROJECT_ROOT, 'docs', 'rest-proxy.md'), 'utf8');
  const documented = [...page.matchAll(/^\| `(rest_proxy_\w+)`/gm)].map(([, name]) => name);
  expect(documented.sort()).toEqual(names.sort());
});

test('what is in progress is read at each scrape', async () => {
  const metrics = new Metrics();
  let requests = 3;
  metrics.observe(() => ({ requests, bytes: 4, maxBytes: 5 }));
  const read = (): Promise<string[]> => lines(metrics);
  expect(await read()).toEqual([
    'rest_proxy_requests_in_flight 3',
    'rest_proxy_bytes_in_flight 4',
    'rest_proxy_max_bytes_in_flight 5',
  ]);
  requests = 7;
  expect(await read()).toContain('rest_proxy_requests_in_flight 7');
  expect(await metrics.text()).toMatch(/^process_resident_memory_bytes \d+$/m);
});
