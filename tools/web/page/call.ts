/** Calls of the server's API. */
import { type Api, type ApiError, type ApiMethod, API_PATH, TOKEN_HEADER, TOKEN_META } from '../protocol';
import { metaContent } from './meta';

/**
 * Calls a method.
 *
 * @param signal ends the call; what only reads is then ended on the server too.
 * @throws Error with the server's sentence, or with one that says that it does not respond.
 */
export async function call<Method extends ApiMethod>(
  method: Method,
  options: Api[Method]['options'],
  signal: AbortSignal,
): Promise<Api[Method]['result']> {
  try {
    const response = await fetch(`${API_PATH}${method}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', [TOKEN_HEADER]: metaContent(TOKEN_META) },
      body: JSON.stringify(options),
      signal,
    });
    const body: unknown = await response.json();
    if (response.ok) return body as Api[Method]['result'];
    throw new Error((body as ApiError).error);
  } catch (error) {
    if (signal.aborted) throw new Error('Stopped.', { cause: error });
    // What fetch throws when it reaches nobody.
    if (error instanceof TypeError) {
      throw new Error('The server of this page does not respond. Is it still running?', { cause: error });
    }
    throw error;
  }
}
