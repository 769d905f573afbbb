/** Sends the catalogue of inputs on both paths of a running pipeline, and gathers what became of them. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { BatchReport } from '../../../tools/pipeline/batch';
import type { Deployment } from '../../../tools/pipeline/deployment';
import { runTableEngine } from '../../../tools/pipeline/table-engine';
import { FEED_NAMES, type FeedName, streamName, topicName } from '../../../services/contract';
import { pythonExecutable } from '../../../tools/local-run/paths';
import { CATALOGUE, type CatalogueInput, type Outcome, type Row } from '../../catalogue';
import { signedFetch } from '../../integration/support/signed-fetch';
import { pipelineJson } from './pipeline-run';

/** A bound, not an expectation. */
const LIMIT_MS = 600_000;

type Path = 'topics' | 'streams';

/** What `tests.table_rows` prints. */
interface Tables extends Readonly<Record<Path, Readonly<Record<FeedName, readonly Row[]>>>> {
  readonly quarantine: readonly {
    readonly feed: string;
    readonly source: string;
    readonly raw_text?: string;
    readonly reason: string;
  }[];
}

/** Sends every input to both APIs; gives each input's statuses as `name: topics, streams`. */
export async function sendCatalogue(deployment: Deployment): Promise<string[]> {
  const { region, credentials } = deployment.aws;
  const signer = { region, service: 'execute-api', accessKeyId: credentials?.accessKeyId ?? '' };
  const api = deployment.outputs.ApiUrl;
  const send = async (
    method: string,
    url: string,
    type: string,
    body: Uint8Array<ArrayBuffer>,
  ): Promise<number> => (await signedFetch(signer, method, url, body, { 'content-type': type })).status;
  const around = (before: string, record: Buffer, after: string): Uint8Array<ArrayBuffer> =>
    new Uint8Array(Buffer.concat([Buffer.from(before), record, Buffer.from(after)]));
  const statuses: string[] = [];
  for (const { name, feed, record } of CATALOGUE) {
    const topics = await send(
      'POST',
      `${api}/topics/${topicName(deployment.userId, feed)}`,
      'application/vnd.kafka.json.v2+json',
      around('{"records":[{"value":', record, '}]}'),
    );
    const streams = await send(
      'PUT',
      `${api}/streams/${streamName(deployment.userId, feed)}/record`,
      'application/json',
      around('{"Data":', record, ',"PartitionKey":"catalogue"}'),
    );
    statuses.push(`${name}: ${topics}, ${streams}`);
  }
  return statuses;
}

/** The statuses that the catalogue says, likewise. */
export const expectedStatuses = (): string[] =>
  CATALOGUE.map(({ name, proxy, api }) => `${name}: ${proxy}, ${api}`);

/** An outcome as one text: the row's columns in order, or raw text and reason of a reject. */
const asText = (outcome: Outcome): string =>
  'row' in outcome
    ? JSON.stringify(Object.entries(outcome.row).sort(([one], [other]) => (one < other ? -1 : 1)))
    : JSON.stringify([outcome.rawText, outcome.reject]);

/** What the catalogue says of a path and feed, in order. */
export function expectedOutcomes(path: Path, feed: FeedName): string[] {
  const isTaken = ({ proxy, api }: CatalogueInput): boolean => (path === 'topics' ? proxy : api) === 200;
  return CATALOGUE.filter((one) => one.feed === feed && isTaken(one))
    .map((one) => asText(one[path]))
    .sort();
}

/**
 * Runs batches until as much has come out of both paths as was put in, or the time is over.
 *
 * @param posts the posts of the run have the row numbers from 0 up to this one.
 * @returns what came out of a path and feed, in order.
 */
export async function catalogueOutcomes(
  deployment: Deployment,
  posts: number,
): Promise<(path: Path, feed: FeedName) => string[]> {
  const deadline = Date.now() + LIMIT_MS;
  for (;;) {
    await pipelineJson<BatchReport>(deployment.userId, 'batch');
    const tables = await runTableEngine<Tables>(deployment, 'inspect', {
      python: pythonExecutable(),
      program: ['-m', 'tests.table_rows'],
    });
    const found = (path: Path, feed: FeedName): string[] => {
      const rows = tables[path][feed].filter(({ ind }) => Number(ind) < 0 || Number(ind) >= posts);
      const rejects = tables.quarantine.filter(
        (reject) => reject.feed === feed && reject.source.startsWith('stream') === (path === 'streams'),
      );
      return [
        ...rows.map((row) => asText({ row })),
        ...rejects.map((one) => asText({ reject: one.reason, rawText: one.raw_text ?? null })),
      ].sort();
    };
    const isThrough = FEED_NAMES.every((feed) =>
      (['topics', 'streams'] as const).every(
        (path) => found(path, feed).length >= expectedOutcomes(path, feed).length,
      ),
    );
    if (isThrough || Date.now() > deadline) return found;
    await sleep(1000);
  }
}
