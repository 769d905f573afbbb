/** The streams, and the functions that append what they bring. */
import { DescribeStreamSummaryCommand } from '@aws-sdk/client-kinesis';
import { GetEventSourceMappingCommand } from '@aws-sdk/client-lambda';
import { failed, ok, together, warning, type Finding } from './check';
import type { Clients } from './clients';

async function described({ kinesis }: Clients, StreamName: string, abortSignal: AbortSignal) {
  const found = await kinesis.send(new DescribeStreamSummaryCommand({ StreamName }), { abortSignal });
  return found.StreamDescriptionSummary;
}

/**
 * Whether the streams can be used.
 *
 * @param wantsEncryption whether one that is not encrypted is wrong; a local AWS has no encryption.
 */
export async function streamsFinding(
  clients: Clients,
  names: readonly string[],
  wantsEncryption: boolean,
  abortSignal: AbortSignal,
): Promise<Finding> {
  const one = async (name: string): Promise<Finding> => {
    const {
      StreamStatus = 'unknown',
      OpenShardCount = 0,
      EncryptionType,
    } = (await described(clients, name, abortSignal)) ?? {};
    const seen = `${name} is ${StreamStatus}, ${OpenShardCount} shards${EncryptionType === 'KMS' ? ', encrypted' : ''}`;
    if (StreamStatus === 'UPDATING') return warning(seen, 'It serves while it changes. Ask again later.');
    if (StreamStatus !== 'ACTIVE')
      return failed(
        seen,
        'Wait until it is ACTIVE; one that is DELETING comes back by deploying the stack "stream" again.',
      );
    if (wantsEncryption && EncryptionType !== 'KMS') {
      return failed(
        `${seen}, not encrypted`,
        `\`aws kinesis start-stream-encryption --stream-name ${name} --encryption-type KMS --key-id alias/aws/kinesis\``,
      );
    }
    return ok(seen);
  };
  if (names.length === 0) return failed('there are none', 'Deploy the stack "stream".');
  return together(await Promise.all(names.map(one)));
}

/** How many shards the streams have together, which is how many appenders may run at once. */
export async function openShards(
  clients: Clients,
  names: readonly string[],
  abortSignal: AbortSignal,
): Promise<number> {
  const counts = await Promise.all(
    names.map(async (name) => (await described(clients, name, abortSignal))?.OpenShardCount ?? 0),
  );
  return counts.reduce((sum, count) => sum + count, 0);
}

/** Whether Lambda reads the streams. */
export async function mappingsFinding(
  { lambda }: Clients,
  ids: readonly string[],
  abortSignal: AbortSignal,
): Promise<Finding> {
  const one = async (id: string): Promise<Finding> => {
    const {
      State = 'unknown',
      LastProcessingResult: last,
      EventSourceArn,
    } = await lambda.send(new GetEventSourceMappingCommand({ UUID: id }), { abortSignal });
    const stream = EventSourceArn?.split('/').at(-1) ?? id;
    const seen = `${stream} is ${State}${last ? ` (${last})` : ''}`;
    if (State === 'Disabled' || State === 'Disabling') {
      return failed(
        seen,
        `Nothing is appended: \`aws lambda update-event-source-mapping --uuid ${id} --enabled\`.`,
      );
    }
    if (State !== 'Enabled') return warning(seen, 'It changes: ask again in a minute.');
    return /^(PROBLEM|FAILED|.*error)/i.test(last ?? '')
      ? failed(seen, 'docs/runbook.md, streams/append-errors.')
      : ok(seen);
  };
  if (ids.length === 0) return failed('there are none', 'Deploy the stack "stream".');
  return together(await Promise.all(ids.map(one)));
}
