/**
 * A server of the page for tests of what goes over its connection: who may ask, bounds, and who gets which event. These
 * are matters of the server alone, so a plain object stands for the pipeline; the real one is in `test/browser/`.
 */
import { Agent, request, type IncomingHttpHeaders, type IncomingMessage } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { STATIONS, type FlowSample } from '../../../../tools/pipeline/flow';
import type { Control, Pipeline } from '../../../../tools/pipeline/pipeline';
import { serveWeb, type WebOptions, type WebServer } from '../../../../tools/web/server';

const STATION = { total: 1, lag: 0, newest: null };

/** A sample; `total` is that of every station. */
export function sampleOf(total: number | null, at = new Date().toISOString()): FlowSample {
  const stations = Object.fromEntries(
    STATIONS.map((name) => [name, { ...STATION, total }]),
  ) as FlowSample['stations'];
  return { at, stations, latency: { batch: null, stream: null }, quarantined: 0 };
}

/** A pipeline whose flow and methods a test controls. */
export class ScriptedPipeline {
  readonly calls: { readonly method: string; readonly args: readonly unknown[] }[] = [];
  /** The signals of the flows that were begun. */
  readonly flows: AbortSignal[] = [];
  onSample: (sample: FlowSample) => void = () => undefined;

  constructor(private readonly methods: Readonly<Record<string, (...args: never[]) => unknown>> = {}) {}

  flow(_options: object, { signal }: Control, onSample: (sample: FlowSample) => void): Promise<void> {
    this.flows.push(signal);
    this.onSample = onSample;
    return new Promise((resolve) => {
      signal.addEventListener('abort', () => {
        resolve();
      });
    });
  }

  /** As a pipeline; every call is noted. */
  asPipeline(): Pipeline {
    const entries = Object.entries(this.methods).map(([method, respond]) => [
      method,
      async (...args: never[]) => {
        this.calls.push({ method, args });
        return await respond(...args);
      },
    ]);
    const flow = this.methods.flow ?? this.flow.bind(this);
    return { ...Object.fromEntries(entries), flow } as Pipeline;
  }

  /** How often a method was called. */
  count(method: string): number {
    return this.calls.filter((call) => call.method === method).length;
  }
}

/** A response that was read whole. */
export interface Answer {
  readonly status: number | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

/** A request of a test. `headers` replace those of our own page. */
export interface Ask {
  readonly method?: string;
  readonly path?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly signal?: AbortSignal;
}

/** A server with what tests do to it. */
export class TestServer {
  private constructor(
    readonly server: WebServer,
    readonly token: string,
    private readonly agent: Agent,
  ) {}

  static async start(pipeline: ScriptedPipeline, options: Partial<WebOptions> = {}): Promise<TestServer> {
    const server = await serveWeb({
      pipeline: pipeline.asPipeline(),
      stage: 'local',
      userId: 'test',
      ...options,
    });
    const agent = new Agent({ keepAlive: false });
    const { text } = await new TestServer(server, '', agent).ask({});
    return new TestServer(server, /name="page-token" content="([^"]+)"/.exec(text)?.[1] ?? '', agent);
  }

  /** The response's head. */
  begin({ method = 'GET', path = '/', headers = {}, body, signal }: Ask): Promise<IncomingMessage> {
    return new Promise((resolve, reject) => {
      const sent = request(
        new URL(path, this.server.url),
        { method, headers, agent: this.agent, signal },
        resolve,
      );
      sent.once('error', reject);
      sent.end(body);
    });
  }

  async ask(ask: Ask): Promise<Answer> {
    const response = await this.begin(ask);
    const chunks: Buffer[] = [];
    for await (const chunk of response as AsyncIterable<Buffer>) chunks.push(chunk);
    return {
      status: response.statusCode,
      headers: response.headers,
      text: Buffer.concat(chunks).toString('utf8'),
    };
  }

  /** Calls a method as the page does. */
  call(method: string, options: unknown = {}, ask: Ask = {}): Promise<Answer> {
    return this.ask({
      method: 'POST',
      path: `/api/${method}`,
      body: JSON.stringify(options),
      ...ask,
      headers: { 'x-page-token': this.token, 'content-type': 'application/json', ...ask.headers },
    });
  }

  /** Listens to the events. */
  async listen(): Promise<Listener> {
    const response = await this.begin({ path: '/events' });
    if (response.statusCode !== 200) throw new Error(`The status is ${response.statusCode}.`);
    return new Listener(response);
  }
}

/** An open event stream. */
export class Listener {
  /** The events so far. */
  readonly events: { readonly name: string; readonly data: unknown }[] = [];
  private rest = '';

  constructor(readonly response: IncomingMessage) {
    response.setEncoding('utf8').on('data', (more: string) => {
      const texts = `${this.rest}${more}`.split('\n\n');
      this.rest = texts.pop() ?? '';
      for (const text of texts) {
        const [, name, data = ''] = /^event: (\w+)\ndata: (.*)$/.exec(text) ?? [];
        if (name !== undefined) this.events.push({ name, data: JSON.parse(data) as unknown });
      }
    });
    response.on('error', () => undefined);
  }

  /** The data of the events of a name. */
  of(name: string): unknown[] {
    return this.events.filter((event) => event.name === name).map(({ data }) => data);
  }

  close(): void {
    this.response.destroy();
  }
}

/** Waits until something holds. */
export async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await sleep(10);
}
