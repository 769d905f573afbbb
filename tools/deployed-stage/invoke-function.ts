/** Invokes a Lambda function of a stage, and waits for its response. */
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import type { AwsClientConfig } from '../pipeline/deployment';

/** Lambda ends every function after 15 minutes; a response that comes later does not come. */
const LONGEST_MS = 16 * 60_000;

/** A function raised an error, or was ended by Lambda. */
export class FunctionFailure extends Error {
  override readonly name = 'FunctionFailure';

  /**
   * @param functionName the function.
   * @param errorType the error's class as the function's runtime names it, for example `ReconciliationError`.
   * @param reason the error's own message.
   */
  constructor(
    readonly functionName: string,
    readonly errorType: string,
    readonly reason: string,
  ) {
    super(`The function ${functionName} failed with ${errorType}: ${reason}`);
  }
}

/**
 * The response of a function to an event. It is invoked once: a request whose response is lost may have been carried out.
 *
 * @param signal ends the waiting; the function continues.
 * @returns the function's response, of the shape that its own module says.
 * @throws FunctionFailure when the function fails, and the SDK's errors when it cannot be invoked.
 */
export async function invokeFunction<R>(
  aws: AwsClientConfig,
  functionName: string,
  event: object,
  signal: AbortSignal,
): Promise<R> {
  const client = new LambdaClient({ ...aws, maxAttempts: 1 });
  try {
    const { Payload, FunctionError } = await client.send(
      new InvokeCommand({ FunctionName: functionName, Payload: JSON.stringify(event) }),
      { abortSignal: AbortSignal.any([signal, AbortSignal.timeout(LONGEST_MS)]) },
    );
    const text = Payload?.transformToString() ?? '';
    if (FunctionError === undefined) return JSON.parse(text) as R;
    const { errorType = FunctionError, errorMessage = text } = failureIn(text);
    throw new FunctionFailure(functionName, errorType, errorMessage);
  } catch (error) {
    if (!signal.aborted) throw error;
    throw new Error(`The function ${functionName} is no longer waited for; what it began continues.`, {
      cause: error,
    });
  } finally {
    client.destroy();
  }
}

/** What a Lambda runtime writes of an error; nothing when the text is something else. */
export function failureIn(text: string): { readonly errorType?: string; readonly errorMessage?: string } {
  try {
    const read: unknown = JSON.parse(text);
    if (typeof read !== 'object' || read === null) return {};
    const { errorType, errorMessage } = read as { errorType?: unknown; errorMessage?: unknown };
    return {
      ...(typeof errorType === 'string' ? { errorType } : {}),
      ...(typeof errorMessage === 'string' ? { errorMessage } : {}),
    };
  } catch {
    return {};
  }
}
