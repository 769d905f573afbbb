/** Writes responses: of the routes, of errors, and to what Node could not parse. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { ERROR_CODES, RestError, quote } from './errors';
import { RESPONSE_TYPE } from './media-types';
import type { RestResponse } from './routes';

/** The response to any error. */
export function errorResponse(error: unknown): RestResponse {
  if (error instanceof RestError)
    return {
      status: error.status,
      body: { error_code: error.code, message: error.message },
      headers: error.headers,
    };
  return {
    status: 500,
    body: {
      error_code: ERROR_CODES.internal,
      message: 'The proxy failed to process this request; see its log.',
    },
  };
}

/** Writes a response; resolves when it was written, or its connection closed. */
export async function writeResponse(
  request: IncomingMessage,
  response: ServerResponse,
  result: RestResponse,
): Promise<void> {
  // As a string, which Node sends together with the head.
  const text = JSON.stringify(result.body);
  response.writeHead(result.status, { 'content-length': Buffer.byteLength(text), ...result.headers });
  await new Promise<void>((resolve) => {
    response.once('close', resolve);
    response.end(request.method === 'HEAD' ? undefined : text, resolve);
  });
}

/** Responds to a request that Node could not parse or that timed out. */
export function refuseClient(error: NodeJS.ErrnoException, socket: Duplex): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const [status, reason, code] =
    error.code === 'ERR_HTTP_REQUEST_TIMEOUT'
      ? [408, 'Request Timeout', ERROR_CODES.requestTimeout]
      : error.code === 'HPE_HEADER_OVERFLOW'
        ? [431, 'Request Header Fields Too Large', 431]
        : [400, 'Bad Request', ERROR_CODES.badJson];
  const body = JSON.stringify({
    error_code: code,
    message: `The request could not be parsed: ${quote(error.code ?? error.message)}.`,
  });
  socket.end(
    `HTTP/1.1 ${status} ${reason}\r\ncontent-type: ${RESPONSE_TYPE}\r\ncontent-length: ${Buffer.byteLength(body)}\r\nconnection: close\r\n\r\n${body}`,
  );
  // The peer may never close; the response has been sent by then.
  setTimeout(() => socket.destroy(), 1000).unref();
}
