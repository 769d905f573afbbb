/**
 * The load tool of the REST proxy's benchmarks: one prepared request a connection, over plain sockets, because on two cores
 * what the load tool takes is missing to the proxy. Only the records' numbers change from request to request.
 */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

/** What a load sends. */
export interface Shape {
  readonly name: string;
  readonly connections: number;
  /** Records of a request. */
  readonly records: number;
  /** Bytes of a record's value. */
  readonly valueBytes: number;
}

/** Every number has ten digits, so that it can be overwritten, and is a row number: at most 2^31. */
const FIRST_NUMBER = 1_000_000_000;
const MOST_NUMBERS = 1_100_000_000;
const HEAD_END = Buffer.from('\r\n\r\n');
const FAILED_RECORD = Buffer.from('"error":"');

/** The body of a request whose records have the numbers from `first` on. */
export function bodyOf({ records, valueBytes }: Shape, first: number): string {
  const value = (number: number): string => {
    const head = `{"index":${FIRST_NUMBER + number},"unique_id":"7528fc92-7ea6-4c0b-a1b8-0a1b2c3d4e5f","title":"`;
    const tail = '","downloaded":1}';
    return `${head}${'x'.repeat(Math.max(0, valueBytes - head.length - tail.length))}${tail}`;
  };
  const all = Array.from({ length: records }, (_, index) => `{"value":${value(first + index)}}`);
  return `{"records":[${all.join(',')}]}`;
}

/** The number of the record with this value. */
export function numberOf(value: Buffer): number {
  return Number(value.toString('latin1', 9, 19)) - FIRST_NUMBER;
}

/** A connection with its request. */
class LoadConnection {
  /** The number of the request's first record. */
  first = 0;
  /** When the request was due, by `performance.now()`. */
  dueAt = 0;
  private readonly request: Buffer;
  private readonly places: number[] = [];
  private received: Buffer | undefined;

  constructor(
    target: URL,
    shape: Shape,
    readonly socket: Socket,
    onResponse: (connection: LoadConnection, status: number, body: Buffer) => void,
  ) {
    const body = bodyOf(shape, 0);
    this.request = Buffer.from(
      `POST ${target.pathname} HTTP/1.1\r\nhost: ${target.host}\r\ncontent-type: application/vnd.kafka.json.v2+json\r\ncontent-length: ${body.length}\r\n\r\n${body}`,
    );
    const mark = '{"value":{"index":';
    for (let at = this.request.indexOf(mark); at >= 0; at = this.request.indexOf(mark, at + 1))
      this.places.push(at + mark.length);
    socket.on('data', (chunk) => {
      const received = this.received === undefined ? chunk : Buffer.concat([this.received, chunk]);
      const head = received.indexOf(HEAD_END);
      const length =
        head < 0 ? NaN : Number(/content-length: *(\d+)/i.exec(received.toString('latin1', 0, head))?.[1]);
      const whole = received.length >= head + HEAD_END.length + length;
      this.received = whole ? undefined : received;
      if (whole)
        onResponse(
          this,
          Number(received.toString('latin1', 9, 12)),
          received.subarray(head + HEAD_END.length),
        );
    });
  }

  /** Sends the request, with records of new numbers. */
  send(first: number, dueAt: number): void {
    this.first = first;
    this.dueAt = dueAt;
    this.places.forEach((place, index) => {
      this.request.write(String(FIRST_NUMBER + ((first + index) % MOST_NUMBERS)), place, 'latin1');
    });
    this.socket.write(this.request);
  }
}

/** How a load is driven. */
export interface Drive {
  readonly seconds: number;
  /** Requests a second, however fast the responses come; without it each connection sends as soon as it may. */
  readonly perSecond?: number;
  /** The number of the first record. Default: 0. */
  readonly firstNumber?: number;
  /** Called with the number of the first record of each acknowledged request. */
  readonly onAcknowledged?: (first: number) => void;
  /** Called when a request fails or a connection ends, which is then opened again. Default: the load fails. */
  readonly onFailure?: (reason: string) => void;
}

/** What a load came to. */
export interface Driven {
  readonly requests: number;
  readonly seconds: number;
  /** Milliseconds from when each request was due to its response, in ascending order. */
  readonly times: Float64Array;
  /** The number after that of the last record sent. */
  readonly nextNumber: number;
  /** What the load tool itself took, in microseconds of processor time. */
  readonly ownMicroseconds: number;
}

const TICK_MS = 1;
const RECONNECT_MS = 100;

/** Sends requests for some seconds. @throws Error when a request fails and nothing else is wanted. */
export async function drive(target: URL, shape: Shape, options: Drive): Promise<Driven> {
  const { perSecond, onAcknowledged, onFailure } = options;
  const times: number[] = [];
  const idle: LoadConnection[] = [];
  const due: number[] = [];
  const sockets = new Set<Socket>();
  let number = options.firstNumber ?? 0;
  let sent = 0;
  let over = false;
  let fail: (reason: Error) => void = () => undefined;
  const failed = new Promise<never>((_resolve, reject) => {
    fail = reject;
  });
  failed.catch(() => undefined);

  const send = (connection: LoadConnection, dueAt: number): void => {
    connection.send(number, dueAt);
    number += shape.records;
    sent += 1;
  };
  const next = (connection: LoadConnection): void => {
    if (over) connection.socket.destroy();
    else if (perSecond === undefined) send(connection, performance.now());
    else if (due.length > 0) send(connection, due.shift() ?? 0);
    else idle.push(connection);
  };
  const report = (reason: string): void => {
    if (over) return;
    if (onFailure === undefined) fail(new Error(`The load failed: ${reason}`));
    else onFailure(reason);
  };
  const open = async (): Promise<void> => {
    const socket = connect({ host: target.hostname, port: Number(target.port), noDelay: true });
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.on('close', () => {
      sockets.delete(socket);
      const at = idle.findIndex((connection) => connection.socket === socket);
      if (at >= 0) idle.splice(at, 1);
      report('the connection was closed');
      if (!over) setTimeout(() => void open().catch(() => undefined), RECONNECT_MS);
    });
    await once(socket, 'connect');
    const connection = new LoadConnection(target, shape, socket, (answered, status, body) => {
      if (status === 200 && body.indexOf(FAILED_RECORD) < 0) {
        times.push(performance.now() - answered.dueAt);
        onAcknowledged?.(answered.first);
      } else report(`${status} ${body.toString('latin1', 0, 300)}`);
      next(answered);
    });
    next(connection);
  };

  const usage = process.cpuUsage();
  const began = performance.now();
  await Promise.race([failed, Promise.all(Array.from({ length: shape.connections }, open))]);
  let issued = 0;
  const pace = (): void => {
    const now = performance.now();
    while (perSecond !== undefined && (issued * 1000) / perSecond <= now - began) {
      const dueAt = began + (issued * 1000) / perSecond;
      issued += 1;
      // Each in its turn: a connection that sends nothing for ten seconds is refused by the proxy.
      const connection = idle.shift();
      if (connection === undefined) due.push(dueAt);
      else send(connection, dueAt);
    }
  };
  const pacing = perSecond === undefined ? undefined : setInterval(pace, TICK_MS);
  let timer: NodeJS.Timeout | undefined;
  const ended = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, options.seconds * 1000);
  });
  try {
    await Promise.race([failed, ended]);
  } finally {
    over = true;
    clearTimeout(timer);
    clearInterval(pacing);
    for (const socket of sockets) socket.destroy();
  }
  const { user, system } = process.cpuUsage(usage);
  return {
    requests: times.length,
    seconds: (performance.now() - began) / 1000,
    times: Float64Array.from(times).sort(),
    nextNumber: (options.firstNumber ?? 0) + sent * shape.records,
    ownMicroseconds: user + system,
  };
}

/** The time within which this share of the requests got their response, in milliseconds. */
export function quantile({ times }: Pick<Driven, 'times'>, share: number): number {
  return times[Math.min(times.length - 1, Math.floor(times.length * share))] ?? NaN;
}
