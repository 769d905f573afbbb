import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { clientHostSums } from '../../../../lib/packaging/client-host-sums';

const SOURCE = join(__dirname, '../../../../lib/client-host/assets');

test('it has every source file, every jar and the REST proxy, in the order of their names', () => {
  const sums = new Map(
    clientHostSums()
      .trimEnd()
      .split('\n')
      .map((line) => line.split('  ').reverse() as [string, string]),
  );
  const digest = (name: string): string =>
    createHash('sha256')
      .update(readFileSync(join(SOURCE, name)))
      .digest('hex');
  for (const name of ['install.sh', 'cloudwatch-agent.json', 'root/opt/kafka/bin/run-tool.sh'])
    expect([name, sums.get(name)]).toEqual([name, digest(name)]);
  const jars = readFileSync(join(SOURCE, 'jars.sha256'), 'utf8').trimEnd().split('\n');
  for (const line of jars) {
    const [hash, name = ''] = line.split('  ');
    expect(sums.get(`root/opt/kafka/libs/${name}`)).toBe(hash);
  }
  expect(sums.get('root/opt/rest-proxy/main.js')).toMatch(/^[0-9a-f]{64}$/);
  expect([...sums.keys()]).toEqual([...sums.keys()].sort());
});
