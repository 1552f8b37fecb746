import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';

/** Maximum bytes that a session can send before sign-in. Enough for a packet with a 16,384-character token. */
export const MAX_PENDING_BYTES = 64 * 1024;

/** A session that hasn't signed in yet. Tracks its TCP connections and the number of bytes that it has sent. */
export class PendingSession {
  readonly sockets = new Set<Socket>();
  readonly #onExceeded: () => void;
  readonly #ends = new Set<() => void>();
  #bytes = 0;

  constructor(onExceeded: () => void) {
    this.#onExceeded = onExceeded;
  }

  /** Starts counting the bytes in a request body or, for an upgrade, on the connection. */
  count(request: IncomingMessage, upgrade: boolean): void {
    this.sockets.add(request.socket);
    // A poll has no body to count. If we read its stream to the end, engine.io would treat the poll as aborted.
    if (!upgrade && request.method !== 'POST') return;
    const stream = upgrade ? request.socket : request;
    const onData = ({ length }: Buffer): void => {
      this.#bytes += length;
      if (this.#bytes > MAX_PENDING_BYTES) this.#onExceeded();
    };
    const end = (): void => {
      stream.off('data', onData);
      stream.off('close', end);
      this.#ends.delete(end);
    };
    this.#ends.add(end);
    stream.on('data', onData);
    stream.once('close', end);
  }

  end(): void {
    for (const end of this.#ends) end();
    this.sockets.clear();
  }
}
