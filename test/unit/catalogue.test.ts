/** What the REST proxy takes of the catalogue's inputs, and that the data contract lists the differences of the paths. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { FEED_NAMES } from '../../services/contract';
import { RestError } from '../../services/rest-proxy/errors';
import { readProduceRequest } from '../../services/rest-proxy/produce-request';
import { CATALOGUE, DIFFERENCES, differencesTable } from '../catalogue';

const PROJECT = join(__dirname, '..', '..');

const body = (record: Buffer): Buffer =>
  Buffer.concat([Buffer.from('{"records":[{"value":'), record, Buffer.from('}]}')]);

test.each(CATALOGUE.map((one) => [one.name, one] as const))(
  'the proxy: %s',
  (_, { record, proxy, topics }) => {
    if (proxy === 200) {
      const isNull = 'reject' in topics && topics.rawText === null;
      expect(readProduceRequest(body(record))).toEqual([
        { key: null, value: isNull ? null : record, partition: undefined },
      ]);
      return;
    }
    let status: number | undefined;
    try {
      readProduceRequest(body(record));
    } catch (error) {
      if (!(error instanceof RestError)) throw error;
      status = error.status;
    }
    expect(status).toBe(proxy);
  },
);

test('a record that is nested too deep is refused with the limit and the place', () => {
  const record = Buffer.from(`{"index":1,"x":${'['.repeat(500)}${']'.repeat(500)}}`);
  expect(() => readProduceRequest(body(record))).toThrow(
    'The body cannot be read: expected one JSON object, found a value nested deeper than 500 levels at byte 535.',
  );
});

test('every difference has inputs, and every input that differs a difference', () => {
  for (const feed of FEED_NAMES) expect(CATALOGUE.some((one) => one.feed === feed)).toBe(true);
  for (const { name, proxy, api, topics, streams, difference } of CATALOGUE) {
    const differs = proxy !== api || JSON.stringify(topics) !== JSON.stringify(streams);
    expect([name, difference !== undefined]).toEqual([name, differs]);
  }
  const used = new Set(CATALOGUE.flatMap(({ difference }) => difference ?? []));
  expect([...used].sort()).toEqual(Object.keys(DIFFERENCES).sort());
});

test('the table in the data contract is that of the catalogue', () => {
  const contract = readFileSync(join(PROJECT, 'docs', 'data-contract.md'), 'utf8');
  const section = /\n## Where the paths differ\n([^]*?)(?=\n## |$)/.exec(contract)?.[1] ?? '';
  const rows = section
    .split('\n')
    .filter((line) => line.startsWith('|'))
    .map((line) =>
      line
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.trim()),
    );
  expect(rows.slice(2)).toEqual(differencesTable());
});
