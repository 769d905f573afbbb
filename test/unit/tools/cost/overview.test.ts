import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { formatCost } from '../../../../tools/cli/format-cost';
import { stageCost, type StageCost } from '../../../../tools/cost/overview';
import type { Resource, Template } from '../../../../tools/cost/resource';
import { synthesise } from '../../../../tools/cost/synthesise';
import { SettingError } from '../../../../lib/stages';

type Settings = Readonly<Record<string, unknown>>;
type Resources = Readonly<Record<string, Resource>>;

const KEY: Resources = { Key: { Type: 'AWS::KMS::Key' } };
const DATABASE: Resource = {
  Type: 'AWS::RDS::DBInstance',
  Properties: { DBInstanceClass: 'db.t4g.micro', AllocatedStorage: '20' },
};
const RUNNING: Resources = {
  ...KEY,
  Database: DATABASE,
  Gateway: { Type: 'AWS::EC2::NatGateway' },
};
const stacks = (resources: Resources): Record<string, Template> => ({ stack: { Resources: resources } });
const cost = (resources: Resources): StageCost =>
  stageCost({ stage: 'dev' }, ({ parked }) => stacks(parked === 'true' ? KEY : resources));

test('an hour, a day and a month are shares of each other, by hand', () => {
  // 1 for the key, 730 × 0.016 + 20 × 0.115 for the database, 730 × 0.045 for the gateway.
  const month = 1 + 13.98 + 32.85;
  const { overview, monthly } = cost(RUNNING);
  expect(monthly).toBeCloseTo(month, 9);
  expect(overview.month).toBeCloseTo(month, 9);
  expect(overview.hour).toBeCloseTo(month / 730, 9);
  expect(overview.day).toBeCloseTo((month / 730) * 24, 9);
});

test('parked, the key is left, and a snapshot of the database as if it were full', () => {
  expect(cost(RUNNING).overview.parkedMonth).toBeCloseTo(1 + 20 * 0.095, 9);
});

test('a try of three hours pays four of what is paid by started hours', () => {
  expect(cost(RUNNING).overview.tryOut).toBeCloseTo(((1 + 13.98) / 730) * 3 + 0.045 * 4, 9);
});

test('what is free once an account is free in an hour, too', () => {
  const board: Resource = { Type: 'AWS::CloudWatch::Dashboard', Properties: { DashboardBody: '{}' } };
  expect(cost({ Board: board }).overview).toMatchObject({ hour: 0, month: 0, tryOut: 0 });
});

test('the parked stage is synthesised of the same settings, without what a parked stage cannot have', () => {
  const seen: Settings[] = [];
  const settings = { stage: 'dev', userId: 'me', sourceSnapshot: 'mine-1' };
  stageCost(settings, (given) => {
    seen.push(given);
    return stacks(KEY);
  });
  expect(seen).toEqual([settings, { ...settings, sourceSnapshot: undefined, parked: 'true' }]);
});

test('a stage that is parked, or cannot be, has no other price while parked; faults are not hidden', () => {
  expect(stageCost({ stage: 'dev', parked: 'true' }, () => stacks(KEY)).overview).not.toHaveProperty(
    'parkedMonth',
  );
  const failing = (error: Error) => (): StageCost =>
    stageCost({ stage: 'prod' }, ({ parked }) => {
      if (parked === 'true') throw error;
      return stacks(KEY);
    });
  expect(failing(new SettingError('not parked'))().overview).not.toHaveProperty('parkedMonth');
  expect(failing(new Error('broken'))).toThrow('broken');
});

describe('for a person', () => {
  const text = formatCost(
    cost({ ...RUNNING, Bucket: { Type: 'AWS::S3::Bucket' }, New: { Type: 'AWS::New::Thing' } }),
  );

  test('come the spans of time first', () => {
    expect(text).toMatch(/^USD while idle +for, in us-east-1$/m);
    expect(text).toMatch(/^ +0\.07 +an hour$/m);
    expect(text).toMatch(/^ +1\.57 +a day$/m);
    expect(text).toMatch(/^ +47\.83 +a month of 730 hours$/m);
    expect(text).toMatch(/^ +2\.90 +a month parked, at most/m);
    expect(text).toMatch(/^ +0\.24 +3 hours: deploy, try, destroy/m);
  });

  test('the day of each price is said, and what was not checked since', () => {
    expect(text).toMatch(
      /^By prices of 2025-06-01, not checked since \(2 of them\), and of 2026-02-24 \(NAT gateway\), and of 2026-03-14 \(key\): docs\/cost\.md\.$/m,
    );
  });

  test('what is not counted is said aloud; a resource has a line; what is paid by use has its price', () => {
    expect(text).toMatch(/^NOT COUNTED: AWS::New::Thing: it is neither in/m);
    expect(text).toMatch(/^ +1\.00 {2}AWS::KMS::Key +key +stack\/Key$/m);
    expect(text).toMatch(/AWS::S3::Bucket +\$0\.023/);
    expect(formatCost(cost(RUNNING))).not.toContain('NOT COUNTED');
  });

  test('what is free once an account is said', () => {
    expect(formatCost(cost({ Alarm: { Type: 'AWS::CloudWatch::Alarm' } }))).toMatch(
      /^Always free, but once an account, .*: -0\.10 for alarm\.$/m,
    );
  });
});

describe('the stages', () => {
  test('dev costs what the documents say', () => {
    const { hour, day, month, parkedMonth = NaN, tryOut } = stageCost({ stage: 'dev' }, synthesise).overview;
    const cells = [hour, day, month, parkedMonth, tryOut].map((amount) => amount.toFixed(2));
    const document = (name: string): string =>
      readFileSync(join(__dirname, '../../../../docs', name), 'utf8');
    const amounts = [...document('cost.md').matchAll(/^\| .+ \| +(\d+\.\d\d) \|$/gm)].map(
      ([, amount]) => amount,
    );
    expect(amounts).toEqual(cells);
    const [anHour, aDay] = cells;
    expect(document('deploy.md')).toContain(
      `\`dev\` costs ${anHour} US dollars an hour idle, ${aDay} a day, ${month.toFixed(0)} a month`,
    );
  });
});
