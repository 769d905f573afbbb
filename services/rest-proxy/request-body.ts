/** Receives request bodies within limits: per body, and over all bodies in progress. */
import type { IncomingMessage } from 'node:http';
import type { Readable } from 'node:stream';
import { createGunzip, createInflate } from 'node:zlib';
import { ERROR_CODES, RestError, unreadable } from './errors';
import type { ContentEncoding } from './media-types';

/** The client disconnected before its request was complete; nothing can be sent to it. */
export class ClientGone extends Error {
  constructor() {
    super('The client closed the connection before its request was complete.');
  }
}

/** Bytes of a refused body that are read and discarded, so that the client gets to read the response. */
const MAX_DISCARDED_BYTES = 64 * 1024 * 1024;
const MAX_DISCARD_MS = 5000;

/** Memory of a decompressor: zlib's window and state, and a chunk of output. */
const DECOMPRESSOR_BYTES = 64 * 1024;
/** Of `deflate`, the format is zlib's (RFC 9110, section 8.4.1.2). */
const DECOMPRESSORS = { gzip: createGunzip, deflate: createInflate } as const;

/** Adds to the memory that a body's records take. */
export type HoldMore = (bytes: number) => void;

/** Accounts for the bytes of all bodies in progress and of what is derived from them. */
export class BodyBudget {
  private held = 0;

  /**
   * @param maxBodyBytes maximum bytes of one body.
   * @param maxHeldBytes maximum bytes of all bodies together.
   */
  constructor(
    private readonly maxBodyBytes: number,
    private readonly maxHeldBytes: number,
  ) {}

  /** The bytes currently held. */
  get heldBytes(): number {
    return this.held;
  }

  /**
   * Refuses a body by its `Content-Length` before any of it is read.
   *
   * @throws RestError 413 or 429.
   */
  checkLength(contentLength: string | undefined): void {
    const length = Number(contentLength ?? 0);
    if (length > this.maxBodyBytes) throw this.tooLarge();
    if (this.held + length > this.maxHeldBytes) throw this.full();
  }

  /**
   * Receives a body, decompressed, and passes it to `use`; its bytes are held until `use` completes. So are those that
   * `use` adds with `holdMore`, which throws RestError 429 above the limit.
   *
   * @throws RestError 400, 413 or 429, ClientGone, and what `use` throws.
   */
  async hold<T>(
    request: IncomingMessage,
    encoding: ContentEncoding,
    use: (body: Buffer, holdMore: HoldMore) => Promise<T>,
  ): Promise<T> {
    let held = 0;
    const holdMore = (more: number): void => {
      // Always admit a single request, or it could never be served.
      if (this.held > held && this.held + more > this.maxHeldBytes) throw this.full();
      held += more;
      this.held += more;
    };
    try {
      if (encoding !== 'identity') holdMore(DECOMPRESSOR_BYTES);
      return await use(await this.receive(request, encoding, holdMore), holdMore);
    } finally {
      this.held -= held;
    }
  }

  /** Receives a body, and passes the length of each piece to `hold`. */
  private async receive(
    request: IncomingMessage,
    encoding: ContentEncoding,
    hold: HoldMore,
  ): Promise<Buffer> {
    const decompressor = encoding === 'identity' ? undefined : DECOMPRESSORS[encoding]();
    const source: Readable = decompressor === undefined ? request : request.pipe(decompressor);
    const chunks: Buffer[] = [];
    await new Promise<void>((resolve, reject) => {
      let [sent, bytes] = [0, 0];
      const onSent = (chunk: Buffer): void => {
        sent += chunk.length;
        if (sent > this.maxBodyBytes) stop(this.tooLarge());
      };
      const onData = (chunk: Buffer): void => {
        bytes += chunk.length;
        if (bytes > this.maxBodyBytes) {
          stop(this.tooLarge());
          return;
        }
        try {
          hold(chunk.length);
          chunks.push(chunk);
        } catch (error) {
          stop(error as Error);
        }
      };
      const onEnd = (): void => {
        if (request.complete) stop();
        else if (decompressor === undefined) stop(new ClientGone());
        else stop(unreadable(`found more bytes after the end of what is ${encoding}`));
      };
      const onGone = (): void => {
        if (!request.complete) stop(new ClientGone());
      };
      const stop = (error?: Error): void => {
        source.off('data', onData).off('end', onEnd);
        request.off('data', onSent).off('close', onGone).off('error', onGone);
        if (decompressor !== undefined) request.unpipe(decompressor);
        decompressor?.destroy();
        if (error === undefined) resolve();
        else reject(error);
      };
      source.on('data', onData).on('end', onEnd);
      request.on('close', onGone).on('error', onGone);
      if (decompressor === undefined) return;
      request.on('data', onSent);
      decompressor.on('error', ({ message }) => {
        stop(unreadable(`the Content-Encoding is ${encoding}, the bytes are not: ${message}`));
      });
    });
    return chunks.length === 1 && chunks[0] !== undefined ? chunks[0] : Buffer.concat(chunks);
  }

  private tooLarge(): RestError {
    return new RestError(
      413,
      ERROR_CODES.tooLarge,
      `The body is larger than ${this.maxBodyBytes} bytes: send fewer records at a time.`,
    );
  }

  private full(): RestError {
    return new RestError(
      429,
      ERROR_CODES.tooManyInFlight,
      `The proxy already holds ${this.held} bytes of requests, of at most ${this.maxHeldBytes}: try again in a second.`,
      { 'retry-after': '1' },
    );
  }
}

/**
 * Reads and discards the rest of a request. If the connection were closed with unread bytes, the client could lose the
 * response.
 *
 * @returns whether all of it was read, so that the connection can be reused.
 */
export function discard(request: IncomingMessage): Promise<boolean> {
  if (request.complete && request.readableEnded) return Promise.resolve(true);
  return new Promise((resolve) => {
    let bytes = 0;
    const stop = (whole: boolean): void => {
      clearTimeout(timer);
      request.off('data', onData);
      resolve(whole);
    };
    const onData = (chunk: Buffer): void => {
      bytes += chunk.length;
      if (bytes > MAX_DISCARDED_BYTES) stop(false);
    };
    const timer = setTimeout(() => {
      stop(false);
    }, MAX_DISCARD_MS);
    request.on('error', () => {
      stop(false);
    });
    request.on('data', onData);
    request.once('end', () => {
      stop(request.complete);
    });
    request.once('close', () => {
      stop(false);
    });
    request.resume();
  });
}
