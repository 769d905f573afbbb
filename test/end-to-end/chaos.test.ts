/** A short chaos run; `npm run chaos` makes long ones. */
import { chaos } from '../chaos/chaos';

it('parts and the run itself are struck at random while posts flow, and nothing is lost or doubled', async () => {
  const lines: string[] = [];
  // Among this seed's first blows are kills of the local AWS, of Kafka and of the run itself.
  const report = await chaos({ minutes: 0.6, seed: 2, rate: 40, onLine: (line) => lines.push(line) });
  if (!report.ok) throw new Error(`${lines.join('\n')}\n${report.output}`);
  expect(report.output.match(/missing 0, duplicate 0/g)).toHaveLength(6); // Three feeds on two paths.
  expect(report.blows).toBeGreaterThan(3);
  expect(report.starts).toBeGreaterThan(1);
}, 3_600_000);
