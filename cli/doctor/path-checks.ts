/** The ways of the posts: API, topics, streams, their functions, and the answers at the end; then the alarms over all. */
import { paginateDescribeAlarms } from '@aws-sdk/client-cloudwatch';
import { DescribeStreamSummaryCommand } from '@aws-sdk/client-kinesis';
import { GetEventSourceMappingCommand } from '@aws-sdk/client-lambda';
import { createApiClient, type ApiAnswer } from '../../emulator/api-client';
import { readApiKey } from '../../emulator/api-key';
import { deadLetterTopicName, FEED_NAMES, topicName } from '../../feeds';
import { answersMade } from '../stage-answers';
import type { StageAws } from '../stage-aws';
import { CHECK_LIMIT_MS, failed, ok, together, unknown, warning, type Finding } from './check';
import type { Clients } from './clients';
import { contextFlags, pipelineCommand } from './remedies';
import { stackName } from '../../lib/stack-names';

/** Where the API is. */
export interface ApiPlace {
  /** With its stage, without a slash at the end. */
  readonly url: string;
  /** The id of the key that it asks for; undefined where it asks for none. */
  readonly keyId: string | undefined;
}

/** Signed GETs to the API. A key and credentials that cannot be read are errors. */
async function signedGets(
  { aws }: StageAws,
  { url, keyId }: ApiPlace,
  paths: readonly string[],
): Promise<ApiAnswer[]> {
  const api = createApiClient({
    apiUrl: url,
    region: aws.region,
    credentials: aws.credentials,
    apiKey: keyId === undefined ? undefined : await readApiKey(keyId, aws),
    timeoutMs: CHECK_LIMIT_MS - 500,
  });
  try {
    return await Promise.all(
      paths.map((path) => api.request({ method: 'GET', path, contentType: 'application/json', body: '' })),
    );
  } finally {
    api.close();
  }
}

/**
 * Whether the API lets signed requests through to the REST proxy and to Kinesis, and no others.
 *
 * @param refusesUnsigned whether the API Gateway checks signatures, as Amazon's does.
 */
export async function apiFinding(
  stage: StageAws,
  place: ApiPlace,
  refusesUnsigned: boolean,
  signal: AbortSignal,
): Promise<Finding> {
  const unsigned = async (): Promise<Finding[]> => {
    if (!refusesUnsigned) return [];
    const { status } = await fetch(`${place.url}/health`, { signal });
    const seen = `unsigned GET /health is answered ${status}`;
    return [
      status === 403
        ? ok(seen)
        : failed(
            seen,
            `403 was expected: the API has been changed by hand; deploy it again: \`npx cdk deploy ${contextFlags(stage)} ${stackName(stage.userId, stage.stage, 'api')}\`.`,
          ),
    ];
  };
  const [refusal, [health, streams]] = await Promise.all([
    unsigned(),
    signedGets(stage, place, ['/health', '/streams']),
  ]);
  return together([
    ...refusal,
    signedFinding(
      '/health',
      health,
      'The API does not reach the REST proxy: see the line "REST proxy hosts" and docs/runbook.md, rest-proxy/down.',
    ),
    signedFinding(
      '/streams',
      streams,
      "The API's role does not reach Kinesis: the error of the answer and the API's access log say why.",
    ),
  ]);
}

function signedFinding(path: string, answer: ApiAnswer | undefined, remedy: string): Finding {
  const { status = 0, body = '' } = answer ?? {};
  const seen = `signed GET ${path} is answered ${status}`;
  if (status === 200) return ok(seen);
  if (status === 403) {
    return failed(
      `${seen} (${body.slice(0, 200)})`,
      'These credentials may not call the API: they need execute-api:Invoke on it, and be of its account (docs/deploy.md, "Who may call the API").',
    );
  }
  return failed(`${seen} (${body.slice(0, 200)})`, remedy);
}

/** Whether the topics are there, as the REST proxy lists them through the API. */
export async function topicsFinding(stage: StageAws, place: ApiPlace): Promise<Finding> {
  const { userId } = stage;
  const [answer] = await signedGets(stage, place, ['/topics']);
  const { status = 0, body = '' } = answer ?? {};
  if (status !== 200) {
    return unknown(
      `GET /topics is answered ${status} (${body.slice(0, 200)})`,
      status === 503
        ? 'The brokers are not reached: docs/runbook.md, kafka/offline-partitions.'
        : 'First see what the line "API" says.',
    );
  }
  const names = JSON.parse(body) as string[];
  const wanted = [...FEED_NAMES.map((feed) => topicName(userId, feed)), deadLetterTopicName(userId)];
  const missing = wanted.filter((name) => !names.includes(name));
  return missing.length === 0
    ? ok(wanted.join(', '))
    : failed(
        `missing: ${missing.join(', ')}`,
        stage.stage === 'local'
          ? 'Start the pipeline anew: `npm start`.'
          : 'They are made when the stack "kafka" is: park the stage and bring it back (docs/deploy.md), which lets them go on where the raw files end.',
      );
}

/**
 * Whether the streams can be used.
 *
 * @param wantsEncryption whether one that is not encrypted is wrong; a local AWS has no encryption.
 */
export async function streamsFinding(
  { kinesis }: Clients,
  names: readonly string[],
  wantsEncryption: boolean,
  abortSignal: AbortSignal,
): Promise<Finding> {
  const one = async (name: string): Promise<Finding> => {
    const { StreamDescriptionSummary } = await kinesis.send(
      new DescribeStreamSummaryCommand({ StreamName: name }),
      { abortSignal },
    );
    const { StreamStatus = 'unknown', OpenShardCount = 0, EncryptionType } = StreamDescriptionSummary ?? {};
    const seen = `${name} is ${StreamStatus}, ${OpenShardCount} shards${EncryptionType === 'KMS' ? ', encrypted' : ''}`;
    if (StreamStatus === 'UPDATING') return warning(seen, 'It serves while it changes. Ask again later.');
    if (StreamStatus !== 'ACTIVE')
      return failed(
        seen,
        'Wait until it is ACTIVE; one that is DELETING comes back by deploying the stack "stream" anew.',
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
  { kinesis }: Clients,
  names: readonly string[],
  abortSignal: AbortSignal,
): Promise<number> {
  const counts = await Promise.all(
    names.map(async (name) => {
      const { StreamDescriptionSummary } = await kinesis.send(
        new DescribeStreamSummaryCommand({ StreamName: name }),
        { abortSignal },
      );
      return StreamDescriptionSummary?.OpenShardCount ?? 0;
    }),
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
