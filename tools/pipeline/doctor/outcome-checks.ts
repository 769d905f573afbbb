/** What comes out in the end: the answers, and the alarms over everything. */
import { paginateDescribeAlarms } from '@aws-sdk/client-cloudwatch';
import { answersMade } from '../answers';
import type { StageAws } from '../deployment';
import { failed, ok, warning, type Finding } from './check';
import type { Clients } from './clients';
import { pipelineCommand } from './remedies';

/**
 * When the newest answers were made.
 *
 * @param maxHours how old they may be; undefined where no batch runs by itself.
 */
export async function answersFinding(
  stage: StageAws,
  bucket: string,
  maxHours: number | undefined,
  signal: AbortSignal,
  now: number = Date.now(),
): Promise<Finding> {
  const made = await answersMade(stage, bucket, signal);
  if (made === undefined) {
    return warning(
      `there are none yet in s3://${bucket}`,
      `Send posts, and a minute later run the batch: ${pipelineCommand(stage, 'batch')}.`,
    );
  }
  const hours = (now - Date.parse(made)) / 3_600_000;
  const seen = `of ${made}, ${hours.toFixed(1)} hours ago`;
  return maxHours !== undefined && hours > maxHours
    ? failed(
        seen,
        `They should be no older than ${maxHours} hours: docs/runbook.md, batch/failed and batch/not-run; begin a run by hand: ${pipelineCommand(stage, 'batch')}.`,
      )
    : ok(seen);
}

/** The alarms that are on. */
export async function alarmsFinding(
  { cloudWatch }: Clients,
  { userId, stage }: StageAws,
  abortSignal: AbortSignal,
): Promise<Finding> {
  const prefix = `${userId}-${stage}/`;
  const on: string[] = [];
  let count = 0;
  const pages = paginateDescribeAlarms({ client: cloudWatch }, { AlarmNamePrefix: prefix }, { abortSignal });
  for await (const { MetricAlarms = [] } of pages) {
    count += MetricAlarms.length;
    on.push(
      ...MetricAlarms.flatMap(({ AlarmName, StateValue }) =>
        AlarmName !== undefined && StateValue === 'ALARM' ? [AlarmName] : [],
      ),
    );
  }
  if (count === 0) return failed(`there is none named ${prefix}...`, 'Deploy the stack "operations".');
  if (on.length === 0) return ok(`none of ${count} is on`);
  const sections = on
    .map((name) => name.slice(prefix.length))
    .sort()
    .join(', ');
  return failed(`${on.length} of ${count} are on`, `docs/runbook.md has a section for each: ${sections}.`);
}
