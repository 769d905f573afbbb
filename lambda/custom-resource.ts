/**
 * Answers CloudFormation for a custom resource whose Lambda is named in `ServiceToken` itself, without a provider
 * framework: whatever happens, an answer is PUT to the event's `ResponseURL`, or the stack would wait for an hour.
 */
import type { CloudFormationCustomResourceEvent, Context } from 'aws-lambda';
import { setTimeout as sleep } from 'node:timers/promises';
import { asSentence } from '../services/source/sentence';

/** What a handler is given to do its work. */
export interface ResourceRequest {
  readonly type: 'Create' | 'Update' | 'Delete';
  /** `ResourceProperties`, whose values CloudFormation made texts. */
  readonly properties: Readonly<Record<string, unknown>>;
  /** The properties before an update. */
  readonly oldProperties: Readonly<Record<string, unknown>> | undefined;
  /** When the work must be given up, with an error that says why, in milliseconds since 1970. */
  readonly deadline: number;
}

/** What a handler answers. */
export interface ResourceResult {
  /** Attributes for `Fn::GetAtt`. Default: none. */
  readonly data?: Readonly<Record<string, string>>;
  /** A sentence that is shown beside the resource. Default: none. */
  readonly note?: string;
}

/** A custom resource. */
export interface CustomResource {
  /**
   * The resource's identity. It must be made of what identifies the thing outside, and be the same for the same
   * properties: CloudFormation deletes the old identity when an update answers with a new one.
   */
  physicalId(properties: Readonly<Record<string, unknown>>): string;
  /** Does the work; what it throws becomes the reason of the failure. */
  run(request: ResourceRequest): Promise<ResourceResult>;
}

/** What CloudFormation takes as answer. */
export interface ResourceAnswer {
  readonly Status: 'SUCCESS' | 'FAILED';
  readonly Reason: string;
  readonly PhysicalResourceId: string;
  readonly StackId: string;
  readonly RequestId: string;
  readonly LogicalResourceId: string;
  readonly Data: Readonly<Record<string, string>>;
}

/** CloudFormation refuses answers over 4,096 bytes. */
const MAX_REASON_BYTES = 1500;
const PUT_ATTEMPTS = 4;
const PUT_TIMEOUT_MS = 3000;
/** How long before the Lambda's time-out the answer is sent regardless: time for all attempts, however slow each is. */
const ANSWER_MS = 15_000;
/** How long before it the work is given up. */
const GIVE_UP_MS = 18_000;
/** The identity of a resource that could not even be named; its deletion has nothing to do. */
const NEVER_CREATED = 'never-created';

/**
 * Handles an event.
 *
 * @param context only the remaining time is read.
 * @param put sends the answer; replaced in tests by one that shortens the pauses. Default: {@link putAnswer}.
 */
export async function handleCustomResource(
  event: CloudFormationCustomResourceEvent,
  context: Pick<Context, 'getRemainingTimeInMillis'>,
  resource: CustomResource,
  put: (url: string, answer: ResourceAnswer) => Promise<void> = putAnswer,
): Promise<void> {
  const remaining = context.getRemainingTimeInMillis();
  const answer = await within(
    remaining - Math.min(ANSWER_MS, remaining / 4),
    answerTo(event, resource, Date.now() + remaining - Math.min(GIVE_UP_MS, remaining / 2)),
    () =>
      failure(
        event,
        identityOf(event, resource),
        'The function ran out of time. Its log says what it waited for.',
      ),
  );
  const line = {
    type: event.RequestType,
    id: answer.PhysicalResourceId,
    status: answer.Status,
    reason: answer.Reason,
  };
  console.log(JSON.stringify(line));
  await put(event.ResponseURL, answer);
}

/** Does the work and makes the answer; never rejects. */
async function answerTo(
  event: CloudFormationCustomResourceEvent,
  resource: CustomResource,
  deadline: number,
): Promise<ResourceAnswer> {
  let id = NEVER_CREATED;
  try {
    if (event.RequestType === 'Delete' && event.PhysicalResourceId === NEVER_CREATED)
      return success(event, NEVER_CREATED, { note: 'Nothing had been created.' });
    id =
      event.RequestType === 'Delete'
        ? event.PhysicalResourceId
        : resource.physicalId(event.ResourceProperties);
    const result = await resource.run({
      type: event.RequestType,
      properties: event.ResourceProperties,
      oldProperties: event.RequestType === 'Update' ? event.OldResourceProperties : undefined,
      deadline,
    });
    return success(event, id, result);
  } catch (error) {
    return failure(event, id, error instanceof Error ? error.message : String(error));
  }
}

/** A failed or deleted resource keeps the identity it has, so that CloudFormation deletes nothing for a new one. */
function identityOf(event: CloudFormationCustomResourceEvent, resource: CustomResource): string {
  if (event.RequestType === 'Delete') return event.PhysicalResourceId;
  try {
    return resource.physicalId(event.ResourceProperties);
  } catch {
    return event.RequestType === 'Update' ? event.PhysicalResourceId : NEVER_CREATED;
  }
}

function success(
  event: CloudFormationCustomResourceEvent,
  id: string,
  result: ResourceResult,
): ResourceAnswer {
  return { ...envelope(event, id, result.note ?? ''), Status: 'SUCCESS', Data: result.data ?? {} };
}

function failure(event: CloudFormationCustomResourceEvent, id: string, reason: string): ResourceAnswer {
  // A failed update is rolled back by a further update of the identity it had; a new one would be deleted then.
  const kept = event.RequestType === 'Update' ? event.PhysicalResourceId : id;
  return { ...envelope(event, kept, reason), Status: 'FAILED', Data: {} };
}

function envelope(
  event: CloudFormationCustomResourceEvent,
  id: string,
  reason: string,
): Omit<ResourceAnswer, 'Status' | 'Data'> {
  return {
    Reason: cut(reason),
    PhysicalResourceId: id,
    StackId: event.StackId,
    RequestId: event.RequestId,
    LogicalResourceId: event.LogicalResourceId,
  };
}

/** Cuts a text to what CloudFormation takes, between characters. */
function cut(text: string): string {
  const bytes = Buffer.from(text);
  if (bytes.length <= MAX_REASON_BYTES) return text;
  return `${bytes
    .subarray(0, MAX_REASON_BYTES - 4)
    .toString('utf8')
    .replace(/\uFFFD+$/, '')}…`;
}

async function within<T>(milliseconds: number, work: Promise<T>, otherwise: () => T): Promise<T> {
  const timer = new AbortController();
  const late = sleep(Math.max(0, milliseconds), undefined, { signal: timer.signal }).then(otherwise);
  late.catch(() => undefined);
  try {
    return await Promise.race([work, late]);
  } finally {
    timer.abort();
  }
}

/**
 * Sends the answer, again after a pause when it was not taken.
 *
 * @param pauseMs milliseconds before the second attempt; doubled for each further one.
 * @throws Error when it was never taken; the Lambda service then runs the function again.
 */
export async function putAnswer(url: string, answer: ResourceAnswer, pauseMs = 200): Promise<void> {
  const body = JSON.stringify(answer);
  for (let attempt = 1; ; attempt += 1) {
    let problem: string;
    try {
      const response = await fetch(url, {
        method: 'PUT',
        // The URL is signed for an empty content type.
        headers: { 'content-type': '', 'content-length': String(Buffer.byteLength(body)) },
        body,
        signal: AbortSignal.timeout(PUT_TIMEOUT_MS),
      });
      await response.arrayBuffer();
      if (response.ok) return;
      problem = `status ${response.status}`;
    } catch (error) {
      problem = error instanceof Error ? error.message : String(error);
    }
    if (attempt === PUT_ATTEMPTS)
      throw new Error(
        `CloudFormation did not take the answer in ${PUT_ATTEMPTS} attempts: ${asSentence(problem)}`,
      );
    await sleep(pauseMs * 2 ** (attempt - 1));
  }
}
