/** The HTTP server around the routes: limits for slow and greedy clients, responses, log, graceful shutdown. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { ERROR_CODES, RestError, messageOf, quote } from './errors';
import type { Log } from './log';
import { RESPONSE_TYPE } from './media-types';
import type { ProxyOptions } from './options';
import { BodyBudget, ClientGone, discard } from './request-body';
import { errorResponse, findRoute, type RestResponse, type RoutePorts } from './routes';

const MAX_HEADER_BYTES = 16 * 1024;
/** Longer than the idle time-out of load balancers, so that the proxy never closes a connection first. */
const KEEP_ALIVE_MS = 75_000;

/** The server's options. */
export type ServerOptions = Pick<
  ProxyOptions,
  | 'host'
  | 'port'
  | 'maxBodyBytes'
  | 'maxBytesInFlight'
  | 'maxConnections'
  | 'clientTimeoutMs'
  | 'deliveryTimeoutMs'
>;

/** See the module's comment. */
export class ProxyServer {
  private readonly server: Server;
  private readonly budget: BodyBudget;
  private running = 0;
  private stopping = false;
  private allDone: (() => void) | undefined;

  constructor(
    private readonly options: ServerOptions,
    private readonly ports: RoutePorts,
    private readonly log: Log,
  ) {
    this.budget = new BodyBudget(options.maxBodyBytes, options.maxBytesInFlight);
    this.server = createServer({
      maxHeaderSize: MAX_HEADER_BYTES,
      headersTimeout: options.clientTimeoutMs,
      requestTimeout: options.clientTimeoutMs * 3,
      connectionsCheckingInterval: Math.min(1000, options.clientTimeoutMs / 2),
      keepAliveTimeout: KEEP_ALIVE_MS,
      noDelay: true,
    });
    this.server.maxConnections = options.maxConnections;
    // For connections without any traffic, even while Kafka is awaited.
    this.server.timeout = options.deliveryTimeoutMs + 60_000;
    this.server.on('request', (request, response) => void this.serve(request, response));
    this.server.on('checkContinue', (request: IncomingMessage, response: ServerResponse) => {
      void this.serve(request, response, true);
    });
    this.server.on('clientError', refuseClient);
  }

  /**
   * Starts to listen.
   *
   * @returns the server's URL, for example `http://127.0.0.1:8082`.
   * @throws Error when the address or port is unavailable.
   */
  async listen(): Promise<string> {
    const { host, port } = this.options;
    await new Promise<void>((resolve, reject) => {
      this.server.once('error', reject);
      this.server.listen(port, host, () => {
        this.server.off('error', reject);
        resolve();
      });
    });
    const address = this.server.address() as AddressInfo;
    const shown = address.family === 'IPv6' ? `[${address.address}]` : address.address;
    return `http://${shown}:${address.port}`;
  }

  /** Accepts no more connections or requests and waits for the running requests. */
  async stop(): Promise<void> {
    this.stopping = true;
    this.server.close();
    if (this.running > 0)
      await new Promise<void>((resolve) => {
        this.allDone = resolve;
      });
  }

  /** Closes all connections. */
  abort(): void {
    this.server.closeAllConnections();
  }

  /** Serves a request; never rejects. */
  private async serve(
    request: IncomingMessage,
    response: ServerResponse,
    expectsContinue = false,
  ): Promise<void> {
    const started = performance.now();
    this.running += 1;
    // Without a listener, a reset connection would end the process.
    request.on('error', () => undefined);
    response.on('error', () => undefined);
    try {
      const result = await this.respond(request, response, expectsContinue);
      await write(request, response, result, this.stopping);
      this.report(request, result, started);
    } catch (error) {
      if (error instanceof ClientGone) this.log('info', error.message, { path: pathOf(request) });
      else this.log('error', 'A response could not be written', { error: messageOf(error) });
      response.destroy();
    } finally {
      this.running -= 1;
      if (this.running === 0) this.allDone?.();
    }
  }

  private async respond(
    request: IncomingMessage,
    response: ServerResponse,
    expectsContinue: boolean,
  ): Promise<RestResponse> {
    let asked = !expectsContinue;
    try {
      if (this.stopping)
        throw new RestError(503, ERROR_CODES.shuttingDown, 'The proxy is shutting down.', {
          'retry-after': '1',
        });
      const route = findRoute(
        {
          method: request.method ?? '',
          url: request.url ?? '/',
          contentType: request.headers['content-type'],
          contentEncoding: request.headers['content-encoding'],
          accept: request.headers.accept,
        },
        this.ports,
      );
      if (route.kind === 'read') return await route.respond();
      this.budget.checkLength(request.headers['content-length']);
      if (!asked) response.writeContinue();
      asked = true;
      return await this.budget.hold(request, route.respond);
    } catch (error) {
      if (error instanceof ClientGone) throw error;
      if (!(error instanceof RestError))
        this.log('error', 'A request failed with an internal error', {
          path: pathOf(request),
          error: error instanceof Error ? error.stack : String(error),
        });
      const result = errorResponse(error);
      // A client that waits for 100 Continue never sends its body, so the connection cannot be reused.
      const reusable = asked && (await discard(request));
      return reusable ? result : { ...result, headers: { ...result.headers, connection: 'close' } };
    }
  }

  private report(request: IncomingMessage, result: RestResponse, started: number): void {
    const level = result.status >= 500 ? 'warn' : result.status >= 400 ? 'info' : 'debug';
    const { body } = result;
    this.log(level, 'request', {
      method: request.method,
      path: pathOf(request),
      status: result.status,
      ms: Math.round((performance.now() - started) * 10) / 10,
      ...(result.status >= 400 ? { response: body } : {}),
    });
  }
}

async function write(
  request: IncomingMessage,
  response: ServerResponse,
  result: RestResponse,
  last: boolean,
): Promise<void> {
  const text = Buffer.from(JSON.stringify(result.body));
  response.writeHead(result.status, {
    'content-type': RESPONSE_TYPE,
    'content-length': text.length,
    ...result.headers,
    ...(last ? { connection: 'close' } : {}),
  });
  await new Promise<void>((resolve) => {
    response.once('close', resolve);
    response.end(request.method === 'HEAD' ? undefined : text, resolve);
  });
}

function pathOf(request: IncomingMessage): string {
  return (request.url ?? '').slice(0, 300);
}

/** Responds to a request that Node could not parse or that timed out. */
function refuseClient(error: NodeJS.ErrnoException, socket: Duplex): void {
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
