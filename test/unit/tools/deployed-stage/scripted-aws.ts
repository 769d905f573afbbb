/** A server that answers as AWS's own interfaces do, from what a test says is there. */
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { StageAws } from '../../../../tools/pipeline/deployment';

/** A request as it arrived. */
export interface AwsRequest {
  /** The operation, for example `DescribeInstances` or `GET /v1/clusters/…/bootstrap-brokers`. */
  readonly operation: string;
  /** The parameters of a query or JSON interface. */
  readonly input: Readonly<Record<string, unknown>>;
  readonly isSigned: boolean;
}

/** What is answered to an operation: XML or JSON text, with status 200 unless another is given. */
export interface AwsAnswer {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: string;
}

/** A response that depends on the request; one whose promise is not kept is never given. */
export type AwsAnswerer = (request: AwsRequest) => AwsAnswer | Promise<AwsAnswer>;

/** See the module's comment. */
export class ScriptedAws {
  readonly requests: AwsRequest[] = [];
  private readonly server: Server;
  /** The answers, by operation; of a list one after the other, the last again and again. What is not there is 404. */
  readonly answers = new Map<string, AwsAnswer | readonly AwsAnswer[] | AwsAnswerer>();

  private constructor() {
    this.server = createServer((request, response) => {
      void bodyOf(request).then(async (text) => {
        const received = read(request, text);
        this.requests.push(received);
        const { status = 200, headers = {}, body } = await this.next(received);
        response.writeHead(status, {
          'content-type': body.startsWith('{') ? 'application/x-amz-json-1.1' : 'text/xml',
          ...headers,
        });
        response.end(body);
      });
    });
  }

  static async start(): Promise<ScriptedAws> {
    const aws = new ScriptedAws();
    await new Promise<void>((resolve) => aws.server.listen(0, '127.0.0.1', resolve));
    return aws;
  }

  private next(request: AwsRequest): AwsAnswer | Promise<AwsAnswer> {
    const { operation } = request;
    const answer = this.answers.get(operation) ?? { status: 404, body: '' };
    if (typeof answer === 'function') return answer(request);
    if ('body' in answer) return answer;
    const [first, ...rest] = answer;
    if (first === undefined) throw new Error(`The list of answers to ${operation} is empty.`);
    if (rest.length > 0) this.answers.set(operation, rest);
    return first;
  }

  /** A stage whose AWS this is. */
  stage(stage = 'dev', userId = 'pinterest'): StageAws {
    const credentials = { accessKeyId: 'TEST', secretAccessKey: 'test' };
    return { stage, userId, aws: { region: 'eu-west-1', endpoint: this.url, credentials } };
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of request.setEncoding('utf8')) text += String(chunk);
  return text;
}

function read({ headers, method, url }: IncomingMessage, text: string): AwsRequest {
  const isSigned = headers.authorization !== undefined;
  const target = headers['x-amz-target'];
  if (typeof target === 'string') {
    const input = JSON.parse(text) as Record<string, unknown>;
    return { operation: target.split('.').at(-1) ?? '', input, isSigned };
  }
  const form = Object.fromEntries(new URLSearchParams(text));
  if (form.Action !== undefined) return { operation: form.Action, input: form, isSigned };
  const input = text.startsWith('{') ? (JSON.parse(text) as Record<string, unknown>) : {};
  return { operation: `${method ?? ''} ${decodeURIComponent(url ?? '')}`, input, isSigned };
}

/** A response of EC2. */
export function ec2Answer(operation: string, content: string): AwsAnswer {
  return { body: `<${operation}Response><requestId>1</requestId>${content}</${operation}Response>` };
}

/** The answer to `DescribeStacks`, with these outputs. */
export function stacksAnswer(stacks: Readonly<Record<string, Readonly<Record<string, string>>>>): AwsAnswer {
  const members = Object.entries(stacks).map(([name, outputs]) => {
    const listed = Object.entries(outputs).map(
      ([key, value]) => `<member><OutputKey>${key}</OutputKey><OutputValue>${value}</OutputValue></member>`,
    );
    return `<member><StackName>${name}</StackName><StackStatus>CREATE_COMPLETE</StackStatus><CreationTime>2026-01-01T00:00:00Z</CreationTime><Outputs>${listed.join('')}</Outputs></member>`;
  });
  return {
    body: `<DescribeStacksResponse><DescribeStacksResult><Stacks>${members.join('')}</Stacks></DescribeStacksResult></DescribeStacksResponse>`,
  };
}

/** An instance as EC2 describes it. */
export function instanceXml(id: string, state: string, launched: string, ip: string): string {
  return `<item><instancesSet><item><instanceId>${id}</instanceId><instanceState><code>16</code><name>${state}</name></instanceState><keyName>host key</keyName><launchTime>${launched}</launchTime><privateIpAddress>${ip}</privateIpAddress></item></instancesSet></item>`;
}

/** The operation of an invocation. */
export const invocation = (name: string): string => `POST /2015-03-31/functions/${name}/invocations`;

/** What Lambda answers when a function raises an error. */
export function functionError(errorType: string, errorMessage: string): AwsAnswer {
  return {
    headers: { 'x-amz-function-error': 'Unhandled' },
    body: JSON.stringify({ errorMessage, errorType, stackTrace: [] }),
  };
}
