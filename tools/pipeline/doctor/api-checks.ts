/** The API, and the topics as the REST proxy lists them through it. */
import { createApiClient, type ApiResponse } from '../../../services/emulator/api-client';
import { readApiKey } from '../../../services/emulator/api-key';
import { deadLetterTopicName, FEED_NAMES, topicName } from '../../../services/contract';
import { stackName } from '../../../lib/stack-names';
import type { StageAws } from '../deployment';
import { CHECK_LIMIT_MS, failed, ok, together, unknown, type Finding } from './check';
import { contextFlags } from './remedies';

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
): Promise<ApiResponse[]> {
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
    const seen = `unsigned GET /health returns ${status}`;
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
  const proxyLine =
    stage.stage === 'local'
      ? 'the line "rest-proxy"'
      : 'the line "REST proxy hosts" and docs/runbook.md, rest-proxy/down';
  return together([
    ...refusal,
    signedFinding('/health', health, `The API does not reach the REST proxy: see ${proxyLine}.`),
    signedFinding(
      '/streams',
      streams,
      "The API's role does not reach Kinesis: the error of the answer and the API's access log say why.",
    ),
  ]);
}

function signedFinding(path: string, answer: ApiResponse | undefined, remedy: string): Finding {
  const { status = 0, body = '' } = answer ?? {};
  const seen = `signed GET ${path} returns ${status}`;
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
      `GET /topics returns ${status} (${body.slice(0, 200)})`,
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
          ? 'Start the pipeline again: `npm start`.'
          : 'They are made when the stack "kafka" is: park the stage and bring it back (docs/deploy.md), which lets them continue where the raw files end.',
      );
}
