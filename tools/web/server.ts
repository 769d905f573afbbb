/** The server of the live page, on 127.0.0.1 alone: docs/reference/web.md. */
import { randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { asSentence } from '../../services/source/sentence';
import { version } from '../../package.json';
import { messageOf } from '../pipeline/aws-errors';
import type { Pipeline } from '../pipeline/pipeline';
import { bundlePage, pageDocument, type PageFile } from './bundle';
import { EventStreams, eventText, type StreamLimits } from './event-streams';
import { LiveState } from './live-state';
import { callMethod, isMethod, METHODS, unsupportedOf } from './methods';
import { BadOptions } from './option-checks';
import { API_PATH, EVENTS_PATH, type About } from './protocol';
import { hostsOf, readJson, Refusal, requireOwnOrigin, requireToken } from './request-guard';

const HOST = '127.0.0.1';
/** More connections are not accepted. */
const MAX_CONNECTIONS = 200;
/** More calls at the same time are refused: several start a process each. */
const MAX_CALLS = 16;

const SECURITY_HEADERS = {
  'content-security-policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-resource-policy': 'same-origin',
};

/** What is served. */
export interface WebOptions {
  readonly pipeline: Pipeline;
  /** `local`, `dev` or `prod`. */
  readonly stage: string;
  readonly userId: string;
  /** Default: any free one. */
  readonly port?: number;
  readonly limits?: StreamLimits;
}

/** A server that listens. */
export interface WebServer {
  /** Of the page, with a slash at its end. */
  readonly url: string;
  /** Of what is open. */
  readonly counts: () => {
    readonly connections: number;
    readonly streams: number;
    readonly calls: number;
  };
  /** Ends the calls and closes all connections. */
  readonly close: () => Promise<void>;
}

/**
 * Serves the page of a pipeline.
 *
 * @throws Error when the port is taken or the page cannot be bundled.
 */
export async function serveWeb(options: WebOptions): Promise<WebServer> {
  const files = await bundlePage();
  const server = createServer({ headersTimeout: 10_000, requestTimeout: 30_000 });
  server.maxConnections = MAX_CONNECTIONS;
  const port = await listen(server, options.port ?? 0);
  let connections = 0;
  server.on('connection', (socket) => {
    connections += 1;
    socket.once('close', () => (connections -= 1));
  });
  const page = new Web(options, files, hostsOf(port));
  server.on('request', (request, response) => void page.serve(request, response));
  return {
    url: `http://${HOST}:${port}/`,
    counts: () => ({ connections, ...page.counts() }),
    close: async () => {
      const closed = new Promise((resolve) => server.close(resolve));
      page.end();
      server.closeAllConnections();
      await closed;
    },
  };
}

async function listen(server: Server, port: number): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const why = error.code === 'EADDRINUSE' ? 'is taken by another program' : asSentence(error.message);
      reject(
        new Error(
          `The page cannot be served: port ${port} on ${HOST} ${why}. Choose another port, or none for a free one.`,
          { cause: error },
        ),
      );
    });
    server.listen({ host: HOST, port, exclusive: true }, resolve);
  });
  return (server.address() as AddressInfo).port;
}

/** Responds to requests. */
class Web {
  private readonly token = randomBytes(32).toString('base64url');
  private readonly about: About;
  private readonly state: LiveState;
  private readonly streams: EventStreams;
  private readonly ended = new AbortController();
  private calls = 0;

  constructor(
    private readonly options: WebOptions,
    private readonly files: readonly PageFile[],
    private readonly hosts: readonly string[],
  ) {
    const { pipeline, stage, userId, limits } = options;
    const side = stage === 'local' ? 'local' : 'aws';
    const instance = randomBytes(8).toString('hex');
    this.about = { stage, userId, side, version, instance, ...unsupportedOf(side) };
    this.state = new LiveState(pipeline, this.about, (name, data) => {
      this.streams.send(eventText(name, data));
    });
    this.streams = new EventStreams((isWanted) => {
      this.state.listen(isWanted);
    }, limits);
  }

  counts(): { streams: number; calls: number } {
    return { streams: this.streams.count, calls: this.calls };
  }

  end(): void {
    this.ended.abort(new Error('The server of the page has stopped.'));
    this.state.listen(false);
    this.streams.close();
  }

  /** Serves a request; never rejects. */
  async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    // Without a listener, a reset connection would end the process.
    request.on('error', () => undefined);
    response.on('error', () => undefined);
    for (const [name, value] of Object.entries(SECURITY_HEADERS)) response.setHeader(name, value);
    try {
      requireOwnOrigin(request.headers, this.hosts);
      await this.route(request, response);
    } catch (error) {
      if (response.headersSent || response.destroyed) {
        response.destroy();
        return;
      }
      const status = error instanceof Refusal ? error.status : error instanceof BadOptions ? 400 : 500;
      if (error instanceof Refusal) {
        for (const [name, value] of Object.entries(error.headers)) response.setHeader(name, value);
      }
      sendJson(response, status, { error: asSentence(messageOf(error)) });
    }
  }

  private async route(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const address = (request.url ?? '/').split('?', 1)[0] ?? '/';
    if (address.startsWith(API_PATH)) {
      requireMethod(request, 'POST');
      await this.call(address.slice(API_PATH.length), request, response);
      return;
    }
    const file = this.files.find((one) => one.path === address);
    if (file !== undefined) {
      requireMethod(request, 'GET');
      send(response, 200, file.type, file.content, 'public, max-age=31536000, immutable');
    } else if (address === '/') {
      requireMethod(request, 'GET');
      const { instance } = this.about;
      const document = pageDocument(this.files, { token: this.token, instance });
      send(response, 200, 'text/html', document, 'no-store');
    } else if (address === EVENTS_PATH) {
      requireMethod(request, 'GET');
      this.stream(response);
    } else {
      throw new Refusal(404, `There is nothing at ${JSON.stringify(address.slice(0, 200))}.`);
    }
  }

  private stream(response: ServerResponse): void {
    if (this.streams.isFull) {
      throw new Refusal(
        503,
        `${this.streams.count} pages are open already: close one, and load this one again.`,
      );
    }
    response.writeHead(200, {
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-store',
    });
    let first = 'retry: 2000\n\n';
    for (const [name, data] of this.state.events()) first += eventText(name, data);
    this.streams.add(response, first);
  }

  /** Calls a method of the pipeline. */
  private async call(name: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
    requireToken(request.headers, this.token);
    if (!isMethod(name)) throw new Refusal(404, `There is no method ${JSON.stringify(name.slice(0, 200))}.`);
    const clause = this.about.unsupported[name];
    if (clause !== undefined)
      throw new Refusal(501, `The stage ${this.about.stage} has no ${name}: ${clause}.`);
    const options = await readJson(request);
    if (this.calls >= MAX_CALLS) {
      throw new Refusal(503, `${MAX_CALLS} calls are under way already: try again when one has ended.`);
    }
    const isChange = METHODS[name].isChange === true;
    const gone = new AbortController();
    response.once('close', () => {
      gone.abort(new Error('The page has closed the request.'));
    });
    // What changes something goes on without its page, as it does on the command line.
    const signal = isChange ? this.ended.signal : AbortSignal.any([this.ended.signal, gone.signal]);
    this.calls += 1;
    try {
      const control = { signal, tell: () => undefined };
      const result = await callMethod(this.options.pipeline, this.about, name, options, control);
      sendJson(response, 200, result ?? null);
    } finally {
      this.calls -= 1;
      if (isChange) this.state.changed();
    }
  }
}

function requireMethod({ method = '' }: IncomingMessage, expected: 'GET' | 'POST'): void {
  if (method === expected || (expected === 'GET' && method === 'HEAD')) return;
  throw new Refusal(405, `The method ${method} is not allowed here: expected ${expected}.`, {
    allow: expected,
  });
}

function sendJson(response: ServerResponse, status: number, value: unknown): void {
  send(response, status, 'application/json', JSON.stringify(value), 'no-store');
}

function send(
  response: ServerResponse,
  status: number,
  type: string,
  content: string | Buffer,
  cacheControl: string,
): void {
  response.writeHead(status, {
    'content-type': `${type}; charset=utf-8`,
    'content-length': Buffer.byteLength(content),
    'cache-control': cacheControl,
  });
  response.end(content);
}
