/** The HTTP server around the routes: limits for slow and greedy clients, request ids, log, graceful shutdown. */
import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { listen } from './admin-server';
import { ERROR_CODES, RestError, messageOf } from './errors';
import { errorResponse, refuseClient, writeResponse } from './http-response';
import type { Log } from './log';
import { RESPONSE_TYPE, negotiate } from './media-types';
import type { InFlight, Metrics } from './metrics';
import type { ProxyOptions } from './options';
import { BodyBudget, ClientGone, discard } from './request-body';
import { findResource, findRoute, type RestResponse, type RoutePorts } from './routes';

const MAX_HEADER_BYTES = 16 * 1024;
/** Longer than the idle time-out of load balancers, so that the proxy never closes a connection first. */
const KEEP_ALIVE_MS = 75_000;
/** A request id of a client that is taken over. */
const REQUEST_ID = /^[\w.:/+=-]{1,128}$/;
const METHODS = new Set(['GET', 'HEAD', 'POST']);

/** A request that is being served, with what is known about it so far. */
interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  /** The client's `X-Request-Id`, or a new one. */
  readonly id: string;
  /** Whether the client sends its body; false while it waits for `100 Continue`. */
  sends: boolean;
  /** The resource's path with its parameters' names. */
  resource: string;
  /** Content type of the response. */
  type: string;
}

/** See the module's comment. */
export class ProxyServer {
  private readonly server: Server;
  private readonly budget: BodyBudget;
  private running = 0;
  private stopping = false;
  private allDone: (() => void) | undefined;

  constructor(
    private readonly options: ProxyOptions,
    private readonly ports: RoutePorts,
    private readonly log: Log,
    private readonly metrics: Metrics,
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
    this.server.on('request', (request, response) => void this.serve(request, response, true));
    this.server.on('checkContinue', (request: IncomingMessage, response: ServerResponse) => {
      void this.serve(request, response, false);
    });
    this.server.on('clientError', refuseClient);
  }

  /** What is in progress now. */
  get inFlight(): InFlight {
    return {
      requests: this.running,
      bytes: this.budget.heldBytes,
      maxBytes: this.options.maxBytesInFlight,
    };
  }

  /**
   * Starts to listen.
   *
   * @returns the server's URL, for example `http://127.0.0.1:8082`.
   * @throws Error when the address or port is unavailable.
   */
  listen(): Promise<string> {
    return listen(this.server, this.options.host, this.options.port);
  }

  /** Accepts no more connections, refuses further requests with 503, and waits for the running requests. */
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
  private async serve(request: IncomingMessage, response: ServerResponse, sends: boolean): Promise<void> {
    const started = performance.now();
    this.running += 1;
    // Without a listener, a reset connection would end the process.
    request.on('error', () => undefined);
    response.on('error', () => undefined);
    const given = request.headers['x-request-id'];
    const id = typeof given === 'string' && REQUEST_ID.test(given) ? given : randomUUID();
    const exchange: Exchange = { request, response, id, sends, resource: 'other', type: RESPONSE_TYPE };
    try {
      const result = await this.respond(exchange);
      await writeResponse(request, response, {
        ...result,
        headers: {
          'content-type': exchange.type,
          'x-request-id': id,
          ...result.headers,
          ...(this.stopping ? { connection: 'close' } : {}),
        },
      });
      this.report(exchange, result, performance.now() - started);
    } catch (error) {
      const details = { requestId: id, path: pathOf(request) };
      if (error instanceof ClientGone) this.log('info', error.message, details);
      else this.log('error', 'A response could not be written', { ...details, error: messageOf(error) });
      response.destroy();
    } finally {
      this.running -= 1;
      if (this.running === 0) this.allDone?.();
    }
  }

  private async respond(exchange: Exchange): Promise<RestResponse> {
    const { request } = exchange;
    try {
      return await this.route(exchange);
    } catch (error) {
      if (error instanceof ClientGone) throw error;
      if (!(error instanceof RestError))
        this.log('error', 'A request failed with an internal error', {
          requestId: exchange.id,
          path: pathOf(request),
          error: error instanceof Error ? error.stack : String(error),
        });
      const result = errorResponse(error);
      // A client that waits for 100 Continue never sends its body, so the connection cannot be reused.
      const reusable = exchange.sends && (await discard(request));
      return reusable ? result : { ...result, headers: { ...result.headers, connection: 'close' } };
    }
  }

  /** @throws RestError, ClientGone */
  private async route(exchange: Exchange): Promise<RestResponse> {
    const { request, response } = exchange;
    if (this.stopping)
      throw new RestError(503, ERROR_CODES.shuttingDown, 'The proxy is shutting down.', {
        'retry-after': '1',
      });
    const target = findResource(request.url ?? '/');
    exchange.resource = target.resource.path;
    const { headers } = request;
    exchange.type = negotiate(headers.accept);
    const head = {
      method: request.method ?? '',
      contentType: headers['content-type'],
      contentEncoding: headers['content-encoding'],
    };
    const route = findRoute(head, target, this.ports);
    if (route.kind === 'read') return route.respond();
    this.budget.checkLength(headers['content-length']);
    if (!exchange.sends) response.writeContinue();
    exchange.sends = true;
    return this.budget.hold(request, route.encoding, (body, holdMore) => {
      this.metrics.received(body.length);
      return route.respond(body, holdMore);
    });
  }

  private report({ request, id, resource }: Exchange, { status, body }: RestResponse, ms: number): void {
    const method = request.method ?? '';
    this.metrics.responded(METHODS.has(method) ? method : 'other', resource, status, ms);
    const level = status >= 500 ? 'warn' : status >= 400 ? 'info' : 'debug';
    this.log(level, 'request', {
      requestId: id,
      method,
      path: pathOf(request),
      status,
      ms: Math.round(ms * 10) / 10,
      ...(status >= 400 ? { response: body } : {}),
    });
  }
}

function pathOf(request: IncomingMessage): string {
  return (request.url ?? '').slice(0, 300);
}
