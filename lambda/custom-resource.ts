/**
 * Handles the events of a CloudFormation custom resource whose `ServiceToken` is the function itself. Whatever happens, a
 * response is PUT to the event's `ResponseURL`, or the stack would wait for an hour. Why not CDK's provider framework:
 * `docs/adr/0011-custom-resources.md`.
 */
import type {
  CloudFormationCustomResourceEvent,
  CloudFormationCustomResourceResponse,
  Context,
} from 'aws-lambda';
import { setTimeout as sleep } from 'node:timers/promises';
import { asSentence } from '../services/source/sentence';

/** What a handler is given to do its work. */
export interface ResourceRequest {
  readonly type: 'Create' | 'Update' | 'Delete';
  /** `ResourceProperties`, whose values CloudFormation made texts. */
  readonly properties: Readonly<Record<string, unknown>>;
  /** When the work must be abandoned, with an error that says why, in milliseconds since 1970. */
  readonly deadline: number;
}

/** What a handler gives back. */
export interface ResourceResult {
  /** Attributes for `Fn::GetAtt`. Default: none. */
  readonly data?: Readonly<Record<string, string>>;
  /** A sentence that is shown next to the resource. Default: none. */
  readonly note?: string;
}

/** A custom resource. */
export interface CustomResource {
  /**
   * The resource's identity. It must be made of what identifies the thing outside, and be the same for the same
   * properties: CloudFormation deletes the old identity when an update returns a new one.
   */
  physicalId(properties: Readonly<Record<string, unknown>>): string;
  /** Does the work; what it throws becomes the reason of the failure. */
  run(request: ResourceRequest): Promise<ResourceResult>;
}

/** Of a reason, so that the response is below CloudFormation's 4,096 bytes. */
const MAX_REASON_CHARACTERS = 1_000;
const PUT_ATTEMPTS = 4;
const PUT_TIMEOUT_MS = 3_000;
/** How long before the Lambda's time-out the response is sent regardless: time for all attempts, however slow each is. */
const RESPONSE_MS = 15_000;
/** How long before it the work is abandoned. */
const GIVE_UP_MS = 18_000;
/** The identity of a resource that could not even be named; its deletion has nothing to do. */
const NEVER_CREATED = 'never-created';

/**
 * Handles an event.
 *
 * @param context only the remaining time is read.
 * @param pauseMs milliseconds before the response is sent a second time; doubled for each further one. Default: 200.
 * @throws Error when the response was never taken; the Lambda service then runs the function again.
 */
export async function handleCustomResource(
  event: CloudFormationCustomResourceEvent,
  context: Pick<Context, 'getRemainingTimeInMillis'>,
  resource: CustomResource,
  pauseMs = 200,
): Promise<void> {
  const remaining = context.getRemainingTimeInMillis();
  const { RequestType: type, ResourceProperties: properties } = event;
  // A failed or deleted resource keeps the identity it has, so that CloudFormation deletes nothing for a new one.
  let id = type === 'Create' ? NEVER_CREATED : event.PhysicalResourceId;
  const timer = new AbortController();
  let outcome: Pick<CloudFormationCustomResourceResponse, 'Status' | 'Data'> & { Reason: string };
  try {
    const wanted = type === 'Delete' ? id : resource.physicalId(properties);
    if (type === 'Create') id = wanted;
    const deadline = Date.now() + remaining - Math.min(GIVE_UP_MS, remaining / 2);
    const { note = '', data = {} } =
      type === 'Delete' && id === NEVER_CREATED
        ? { note: 'Nothing had been created.' }
        : await Promise.race([
            resource.run({ type, properties, deadline }),
            outOfTime(remaining - Math.min(RESPONSE_MS, remaining / 4), timer.signal),
          ]);
    id = wanted;
    outcome = { Status: 'SUCCESS', Reason: note, Data: data };
  } catch (error) {
    outcome = { Status: 'FAILED', Reason: error instanceof Error ? error.message : String(error), Data: {} };
  } finally {
    timer.abort();
  }
  console.log(JSON.stringify({ type, id, status: outcome.Status, reason: outcome.Reason }));
  const { StackId, RequestId, LogicalResourceId } = event;
  const Reason = outcome.Reason.slice(0, MAX_REASON_CHARACTERS);
  const response = { ...outcome, Reason, PhysicalResourceId: id, StackId, RequestId, LogicalResourceId };
  await putResponse(event.ResponseURL, JSON.stringify(response), pauseMs);
}

async function outOfTime(milliseconds: number, signal: AbortSignal): Promise<never> {
  await sleep(milliseconds, undefined, { signal });
  throw new Error('The function ran out of time. Its log says what it waited for.');
}

async function putResponse(url: string, body: string, pauseMs: number): Promise<void> {
  // The URL is signed for an empty content type.
  const headers = { 'content-type': '', 'content-length': String(Buffer.byteLength(body)) };
  for (let attempt = 1; ; attempt += 1) {
    let problem: string;
    try {
      const signal = AbortSignal.timeout(PUT_TIMEOUT_MS);
      const response = await fetch(url, { method: 'PUT', headers, body, signal });
      await response.arrayBuffer();
      if (response.ok) return;
      problem = `status ${response.status}`;
    } catch (error) {
      problem = error instanceof Error ? error.message : String(error);
    }
    if (attempt === PUT_ATTEMPTS)
      throw new Error(
        `CloudFormation did not take the response in ${PUT_ATTEMPTS} attempts: ${asSentence(problem)}`,
      );
    await sleep(pauseMs * 2 ** (attempt - 1));
  }
}
