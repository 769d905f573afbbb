/** SHA-256 for the request signer. */
import { createHash, createHmac } from 'node:crypto';

/** Common interface of Node's Hash and Hmac. */
interface RunningHash {
  update(data: Uint8Array): unknown;
  digest(): Buffer;
}

/** SHA-256 by Node's crypto: ten times faster than the JavaScript implementation, and bodies are large. */
export class Sha256 {
  private hash: RunningHash;
  constructor(private readonly secret?: string | ArrayBuffer | ArrayBufferView) {
    this.hash = this.start();
  }
  update(data: Uint8Array): void {
    this.hash.update(data);
  }
  digest(): Promise<Uint8Array> {
    return Promise.resolve(this.hash.digest());
  }
  reset(): void {
    this.hash = this.start();
  }
  private start(): RunningHash {
    const { secret } = this;
    if (secret === undefined) return createHash('sha256');
    if (typeof secret === 'string') return createHmac('sha256', secret);
    return createHmac(
      'sha256',
      ArrayBuffer.isView(secret)
        ? Buffer.from(secret.buffer, secret.byteOffset, secret.byteLength)
        : Buffer.from(secret),
    );
  }
}
