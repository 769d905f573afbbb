/** Receives request bodies within limits: per body, and over all bodies in progress. */
import type { IncomingMessage } from 'node:http';
import { ERROR_CODES, RestError } from './errors';

/** The client disconnected before its request was complete; nothing can be sent to it. */
export class ClientGone extends Error {
  constructor() {
    super('The client closed the connection before its request was complete.');
  }
}

/** Bytes of a refused body that are read and discarded, so that the client gets to read the response. */
const MAX_DISCARDED_BYTES = 64 * 1024 * 1024;
const MAX_DISCARD_MS = 5000;

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
   * Receives a body and passes it to `use`; its bytes are held until `use` completes. So are those that `use` adds with
   * `holdMore`, which throws RestError 429 above the limit.
   *
   * @throws RestError 413 or 429, ClientGone, and what `use` throws.
   */
  async hold<T>(request: IncomingMessage, use: (body: Buffer, holdMore: HoldMore) => Promise<T>): Promise<T> {
    let bytes = 0;
    try {
      const chunks: Buffer[] = [];
      await new Promise<void>((resolve, reject) => {
        const onData = (chunk: Buffer): void => {
          if (bytes + chunk.length > this.maxBodyBytes) stop(this.tooLarge());
          else if (this.held + chunk.length > this.maxHeldBytes) stop(this.full());
          else {
            bytes += chunk.length;
            this.held += chunk.length;
            chunks.push(chunk);
          }
        };
        const onEnd = (): void => {
          if (request.complete) stop();
          else stop(new ClientGone());
        };
        const onGone = (): void => {
          stop(new ClientGone());
        };
        const stop = (error?: Error): void => {
          request.off('data', onData).off('end', onEnd).off('close', onGone).off('error', onGone);
          if (error === undefined) resolve();
          else reject(error);
        };
        request.on('data', onData).on('end', onEnd).on('close', onGone).on('error', onGone);
      });
      const holdMore = (more: number): void => {
        // Always admit a single request, or it could never be served.
        if (this.held > bytes && this.held + more > this.maxHeldBytes) throw this.full();
        bytes += more;
        this.held += more;
      };
      return await use(
        chunks.length === 1 && chunks[0] !== undefined ? chunks[0] : Buffer.concat(chunks),
        holdMore,
      );
    } finally {
      this.held -= bytes;
    }
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
