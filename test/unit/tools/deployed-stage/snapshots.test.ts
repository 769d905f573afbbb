import { formatSnapshots } from '../../../../tools/cli/aws-commands';
import { sourceSnapshots } from '../../../../tools/deployed-stage/snapshots';
import { ScriptedAws, type AwsAnswer } from './scripted-aws';

interface Snapshot {
  readonly id: string;
  readonly made: string;
  readonly status?: string;
  readonly tags?: Readonly<Record<string, string>>;
}

const OURS = { project: 'pinterest-data-pipeline', 'user-id': 'pinterest', stage: 'dev' };

function answer(snapshots: readonly Snapshot[], marker = ''): AwsAnswer {
  const members = snapshots.map(({ id, made, status = 'available', tags = OURS }) => {
    const list = Object.entries(tags).map(
      ([key, value]) => `<Tag><Key>${key}</Key><Value>${value}</Value></Tag>`,
    );
    return `<DBSnapshot><DBSnapshotIdentifier>${id}</DBSnapshotIdentifier><SnapshotCreateTime>${made}</SnapshotCreateTime><Status>${status}</Status><AllocatedStorage>20</AllocatedStorage><TagList>${list.join('')}</TagList></DBSnapshot>`;
  });
  return {
    body: `<DescribeDBSnapshotsResponse><DescribeDBSnapshotsResult>${marker}<DBSnapshots>${members.join('')}</DBSnapshots></DescribeDBSnapshotsResult></DescribeDBSnapshotsResponse>`,
  };
}

let aws: ScriptedAws;
beforeEach(async () => {
  aws = await ScriptedAws.start();
});
afterEach(() => aws.stop());

test('are those of the stage that are whole, of all pages, the newest first', async () => {
  aws.answers.set('DescribeDBSnapshots', [
    answer(
      [
        { id: 'older', made: '2026-01-01T00:00:00Z' },
        { id: 'growing', made: '2026-01-04T00:00:00Z', status: 'creating' },
        { id: 'of-prod', made: '2026-01-03T00:00:00Z', tags: { ...OURS, stage: 'prod' } },
        { id: 'of-another', made: '2026-01-03T00:00:00Z', tags: { ...OURS, 'user-id': 'pinterest-dev' } },
        { id: 'of-nobody', made: '2026-01-03T00:00:00Z', tags: {} },
      ],
      '<Marker>more</Marker>',
    ),
    answer([{ id: 'newer', made: '2026-01-02T00:00:00Z' }]),
  ]);
  const found = await sourceSnapshots(aws.stage());
  expect(found).toEqual([
    { id: 'newer', made: '2026-01-02T00:00:00.000Z', gibibytes: 20 },
    { id: 'older', made: '2026-01-01T00:00:00.000Z', gibibytes: 20 },
  ]);
  expect(aws.requests.map(({ input }) => input.Marker)).toEqual([undefined, 'more']);
  expect(formatSnapshots(found).split('\n')[2]).toBe('newer     2026-01-02T00:00:00.000Z   20');
});

test('that there are none is told', async () => {
  aws.answers.set('DescribeDBSnapshots', answer([]));
  expect(formatSnapshots(await sourceSnapshots(aws.stage()))).toMatch(/^There is no snapshot/);
});
