/** `npm run pipeline -- snapshots`: the snapshots of a stage's source database, of which one can be restored. */
import { paginateDescribeDBSnapshots, RDSClient, type DBSnapshot } from '@aws-sdk/client-rds';
import type { StageAws } from '../pipeline/deployment';
import { pipelineTags } from './stage-aws';

/** A snapshot that can be restored. */
export interface SourceSnapshot {
  /** As `-c sourceSnapshot=…` takes it. */
  readonly id: string;
  /** ISO 8601. */
  readonly made: string;
  /** GiB of the database's disk; what is paid for is what it holds. */
  readonly gibibytes: number;
}

/** The snapshots of the stage's database that are whole, the newest first. They have its tags. */
export async function sourceSnapshots(deployment: StageAws): Promise<SourceSnapshot[]> {
  const tags = Object.entries(pipelineTags(deployment));
  const ours = ({ TagList = [] }: DBSnapshot): boolean =>
    tags.every(([name, value]) => TagList.some(({ Key, Value }) => Key === name && Value === value));
  const client = new RDSClient(deployment.aws);
  const found: SourceSnapshot[] = [];
  try {
    for await (const page of paginateDescribeDBSnapshots({ client }, {})) {
      for (const snapshot of page.DBSnapshots ?? []) {
        const { DBSnapshotIdentifier: id, SnapshotCreateTime: made, AllocatedStorage, Status } = snapshot;
        if (id === undefined || made === undefined || Status !== 'available' || !ours(snapshot)) continue;
        found.push({ id, made: made.toISOString(), gibibytes: AllocatedStorage ?? 0 });
      }
    }
  } finally {
    client.destroy();
  }
  return found.sort((one, other) => other.made.localeCompare(one.made));
}
