/** Every alarm has a section in the runbook, and every section of an alarm an alarm. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { BUDGET_SECTION } from '../../../../lib/monitoring/monthly-budget';
import { runbookAnchor } from '../../../../lib/monitoring/alarms';
import type { Deployment } from '../../../../lib/stages';
import { awsDeployment, pipeline, resourcesOf } from '../synth';

const text = readFileSync(join(__dirname, '../../../../docs/runbook.md'), 'utf8');
const [, alarmsPart = ''] = text.split('\n## Alarms on AWS\n');
const sections = new Map(
  alarmsPart
    .split(/^### /m)
    .slice(1)
    .map((section): [string, string] => [section.slice(0, section.indexOf('\n')), section]),
);

const alarmsOf = (deployed: Deployment): Readonly<Record<string, unknown>>[] =>
  resourcesOf(pipeline(deployed).templates.operations, 'AWS::CloudWatch::Alarm').map(
    ([, { Properties }]) => Properties ?? {},
  );
const deployments = [awsDeployment('dev'), awsDeployment('prod')];
const alarms = deployments.flatMap(alarmsOf);

test('alarms and sections are the same', () => {
  const names = alarms.map(({ AlarmName }) => String(AlarmName).replace(/^pinterest-(dev|prod)\//, ''));
  expect([...sections.keys()].sort()).toEqual([...new Set([...names, BUDGET_SECTION])].sort());
});

test('an alarm is named by pipeline, part and what is wrong', () => {
  for (const { AlarmName } of alarms) {
    expect(AlarmName).toMatch(/^pinterest-(dev|prod)\/[a-z-]+\/[a-z-]+$/);
  }
  expect(new Set(alarms.map(({ AlarmName }) => AlarmName)).size).toBe(alarms.length);
});

test('every alarm says what is wrong, and where in the runbook to look', () => {
  const anchors = [...sections.keys()].map(runbookAnchor);
  expect(new Set(anchors).size).toBe(sections.size);
  for (const { AlarmName, AlarmDescription } of alarms) {
    const [, what, anchor] =
      /^(\S.{20,}[.]) What to do: docs\/runbook\.md#(\S+)$/.exec(String(AlarmDescription)) ?? [];
    expect([AlarmName, what]).toEqual([AlarmName, expect.any(String)]);
    expect(anchors).toContain(anchor);
  }
});

test.each([...sections])(
  'the section %s says what it is, how to look into it, and what to do',
  (_, section) => {
    const parts = [...section.matchAll(/^\*\*(\w+)\.\*\* (.+)$/gm)].map(([, title, body]) => [
      title,
      String(body).length > 30,
    ]);
    expect(parts).toEqual([
      ['Description', true],
      ['Investigation', true],
      ['Resolution', true],
    ]);
  },
);

test('what is brought is not watched', () => {
  const brought = awsDeployment('dev', {
    kafkaBootstrapServers: 'b-1.example:9098',
    connectUrl: 'http://connect.example:8083',
    sinkPluginZip: undefined,
    restProxyUrl: 'https://proxy.example',
    clientHostPackage: undefined,
    databaseHost: 'db.example',
    batchEngine: 'none',
  });
  const parts = new Set(alarmsOf(brought).map(({ AlarmName }) => String(AlarmName).split('/')[1]));
  // Of the sink only the function that copies dead-letter records, which is the app's own.
  expect([...parts]).toEqual(['emulator', 'api', 'sink', 'streams', 'quarantine']);
});

test('a serverless cluster has no brokers to watch, and its lag is watched as well', () => {
  const names = alarmsOf(awsDeployment('dev', { kafkaCapacity: 'serverless' })).map(
    ({ AlarmName }) => AlarmName,
  );
  expect(names).toContain('pinterest-dev/sink/lag');
  expect(names.filter((name) => String(name).includes('/kafka/'))).toEqual([]);
});
