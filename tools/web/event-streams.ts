/** The streams of server-sent events that pages have open: how many there may be, and how far each may lag behind. */
import type { ServerResponse } from 'node:http';
import type { EventName, Events } from './protocol';

/** The bounds. */
export interface StreamLimits {
  /** At most so many streams. Default: 50. */
  readonly streams?: number;
  /** A stream whose reader has left so many bytes unread is closed; its browser connects again. Default: 4 MiB. */
  readonly unreadBytes?: number;
  /** How often a comment is sent that keeps the connection, in milliseconds. Default: 15 s. */
  readonly heartbeatMs?: number;
  /** How long streams are still wanted after the last has ended, in milliseconds: a page may be loaded again. Default: 10 s. */
  readonly lingerMs?: number;
}

/** An event as it is sent. */
export function eventText<Name extends EventName>(name: Name, data: Events[Name]): string {
  // JSON has no line breaks.
  return `event: ${name}\ndata: ${JSON.stringify(data)}\n\n`;
}

/** See the module's comment. */
export class EventStreams {
  private readonly open = new Set<ServerResponse>();
  private heartbeat: NodeJS.Timeout | undefined;
  private leaving: NodeJS.Timeout | undefined;
  private readonly limits: Required<StreamLimits>;

  /** @param onWanted is told that there is one, and `lingerMs` after the last has gone that there is none. */
  constructor(
    private readonly onWanted: (isWanted: boolean) => void,
    limits: StreamLimits = {},
  ) {
    this.limits = {
      streams: 50,
      unreadBytes: 4 * 1024 * 1024,
      heartbeatMs: 15_000,
      lingerMs: 10_000,
      ...limits,
    };
  }

  /** How many are open. */
  get count(): number {
    return this.open.size;
  }

  /** Whether there may be no more. */
  get isFull(): boolean {
    return this.open.size >= this.limits.streams;
  }

  /** Adds a stream whose head has been written; it begins with `text`. */
  add(response: ServerResponse, text: string): void {
    this.open.add(response);
    response.once('close', () => {
      this.open.delete(response);
      if (this.open.size > 0) return;
      clearInterval(this.heartbeat);
      this.leaving = setTimeout(() => {
        this.onWanted(false);
      }, this.limits.lingerMs).unref();
    });
    response.write(text);
    if (this.open.size > 1) return;
    clearTimeout(this.leaving);
    this.heartbeat = setInterval(() => {
      this.send(':\n\n');
    }, this.limits.heartbeatMs).unref();
    this.onWanted(true);
  }

  /** Sends a text to every stream. */
  send(text: string): void {
    for (const response of this.open) {
      if (response.writableLength > this.limits.unreadBytes) response.destroy();
      else response.write(text);
    }
  }

  /** Closes every stream. */
  close(): void {
    for (const response of this.open) response.destroy();
  }
}
